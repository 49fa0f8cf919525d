"""Where the core meets the world: one folder for each platform or peer."""
