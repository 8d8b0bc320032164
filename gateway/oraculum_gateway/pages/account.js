// Sends the form of the page to the API. What a mail's link carries stands behind its #, which no server ever sees;
// nothing is sent before the button is pressed, so that a program that opens every link uses up no code.
"use strict";

const form = document.getElementById("form");
const told = document.getElementById("told");
const carried = new URLSearchParams(location.hash.slice(1)).get("token");

if (carried && form.elements.token) {
  form.elements.token.value = carried;
  form.elements.token.parentElement.hidden = true;
  history.replaceState(null, "", location.pathname);
}

async function send() {
  const body = Object.fromEntries(new FormData(form));
  const answer = await fetch(form.dataset.to, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok) {
    form.hidden = true;
    return told.dataset.done;
  }
  const problem = await answer.json();
  const fields = problem.errors.map((error) => `${error.field.replaceAll("_", " ")} ${error.message}`);
  return [problem.detail, ...fields].join(" ");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    told.textContent = await send();
  } catch {
    told.textContent = "Nobody answered. Try again in a moment.";
  } finally {
    button.disabled = false;
  }
});
