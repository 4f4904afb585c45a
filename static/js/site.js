// Binds behaviours: an element with data-behaviour="name" gets js/behaviours/name.js, once, also when it
// arrives later in a fragment swapped in by htmx. Several names are separated by spaces.
const loaders = {
  copy: () => import("./behaviours/copy.js"),
  dialog: () => import("./behaviours/dialog.js"),
  "local-time": () => import("./behaviours/local-time.js"),
  menu: () => import("./behaviours/menu.js"),
  poll: () => import("./behaviours/poll.js"),
  requests: () => import("./behaviours/requests.js"),
  "submit-once": () => import("./behaviours/submit-once.js"),
  theme: () => import("./behaviours/theme.js"),
};

const bound = new WeakMap();

async function bindElement(element) {
  const done = bound.get(element) ?? new Set();
  bound.set(element, done);
  for (const name of element.dataset.behaviour.split(/\s+/)) {
    if (!loaders[name] || done.has(name)) continue;
    done.add(name);
    const { bind } = await loaders[name]();
    bind(element);
  }
}

function bindAll(root) {
  if (root.matches?.("[data-behaviour]")) bindElement(root);
  for (const element of root.querySelectorAll("[data-behaviour]")) bindElement(element);
}

bindAll(document);
// A form that came back with something wrong: go on where that is.
document.querySelector("[aria-invalid=true]")?.focus();
document.addEventListener("htmx:load", (event) => bindAll(event.detail.elt));
