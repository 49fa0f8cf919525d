// Shows what is found while it is typed: the form works without this file too.
"use strict";

const form = document.getElementById("search");
const found = document.getElementById("found");
let latest = 0;
let pause;

async function search() {
  const mine = ++latest;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Fragment": "1" },
    });
    if (!answer.ok) return; // the button is still there, and says what is wrong
    const text = await answer.text();
    if (mine === latest) found.replaceChildren(document.createRange().createContextualFragment(text));
  } catch {
    // no connection: what was found last stays, and the button says so
  }
}

form.addEventListener("input", () => {
  window.clearTimeout(pause);
  pause = window.setTimeout(search, 150);
});
