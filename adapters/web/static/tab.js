// In a tab of Microsoft Teams: tell Teams that the page is there, and take its theme. Elsewhere this does nothing.
"use strict";

if (window.parent !== window) {
  const html = document.documentElement;
  const themes = ["default", "dark", "contrast"];
  const wear = (theme) => {
    if (!themes.includes(theme)) return;
    html.dataset.theme = theme;
    try {
      sessionStorage.setItem("theme", theme); // for the next page of the tab
    } catch {
      // A browser that keeps nothing in frames: each page then asks Teams.
    }
  };
  let kept = null;
  try {
    kept = sessionStorage.getItem("theme");
  } catch {
    // The same.
  }
  wear(new URLSearchParams(location.search).get("theme") ?? kept);

  const sdk = document.createElement("script");
  sdk.src = document.currentScript.dataset.sdk;
  sdk.onload = async () => {
    const { app } = window.microsoftTeams;
    await app.initialize();
    app.notifySuccess();
    wear((await app.getContext()).app.theme);
    app.registerOnThemeChangeHandler(wear);
  };
  document.head.append(sdk);
}
