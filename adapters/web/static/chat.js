// Saves the page from reloading: every form here works without this file too.
"use strict";

const log = document.getElementById("log");
const told = document.getElementById("told");
const box = document.getElementById("ask");
const message = document.getElementById("message");
const examples = document.getElementById("examples");

async function send(form, button) {
  const fields = new FormData(form, button);
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-Fragment": "1" },
  });
  const text = await answer.text();
  if (!answer.ok) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const said = page.querySelector("#told")?.textContent || page.querySelector("main p")?.textContent;
    throw new Error(said || "The answer did not arrive. Please try again.");
  }
  return text;
}

function parsed(text) {
  return document.createRange().createContextualFragment(text);
}

async function ask(form, button) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  told.textContent = "";
  const waiting = window.setTimeout(() => { told.textContent = "Looking it up…"; }, 400);
  try {
    log.append(parsed(await send(form, button)));
    told.textContent = "";
    const turn = log.lastElementChild;
    box.elements.conversation.value = turn.querySelector(".card").dataset.conversation;
    if (examples) examples.hidden = true;
    document.querySelector('label[for="message"]').textContent = "Ask, or follow up";
    if (form === box) message.value = "";
    message.focus({ preventScroll: true });
    turn.scrollIntoView({ block: "start" });
  } catch (error) {
    told.textContent = error.message;
  } finally {
    window.clearTimeout(waiting);
    delete form.dataset.busy;
  }
}

async function judge(form, button) {
  try {
    const place = form.parentElement;
    form.replaceWith(parsed(await send(form, button)));
    const next = place.querySelector(".verdict");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  } catch (error) {
    told.textContent = error.message;
  }
}

document.addEventListener("submit", (event) => {
  const path = new URL(event.target.action).pathname;
  if (path !== "/ask" && path !== "/feedback") return;
  event.preventDefault();
  (path === "/ask" ? ask : judge)(event.target, event.submitter);
});

message.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    box.requestSubmit();
  }
});
