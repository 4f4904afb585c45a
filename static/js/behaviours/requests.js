import "./dialog.js";

// What htmx does with answers that are not a fragment for the place that asked. Bound once, to the body.
const polls = (element) => element.closest("[data-behaviour~=poll]") !== null;

function showOffline(host) {
  const template = document.getElementById("request-failed");
  if (!template || host.childElementCount > 0) return;
  host.append(template.content.cloneNode(true));
  window.htmx.process(host);
  host.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: host } }));
}

export function bind(body) {
  const host = document.getElementById("dialog-host");

  body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    // A refusal names its own place: the dialog host. htmx would drop it for its 4xx status.
    if (xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      return;
    }
    // The session ended and the answer is the log-in page: go there as a whole.
    const asked = new URL(pathInfo.finalRequestPath, location.href).pathname;
    const got = xhr.responseURL ? new URL(xhr.responseURL).pathname : asked;
    if (asked !== got) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    body.addEventListener(name, (event) => {
      if (!polls(event.detail.elt)) showOffline(host);
    });
  }
}
