// Parts of a page that would have kept people waiting: brought when the rest is there.
"use strict";
for (const place of document.querySelectorAll("[data-load]")) {
  fetch(place.dataset.load, { headers: { Accept: "text/html" } })
    .then((reply) => (reply.ok ? reply.text() : Promise.reject(reply.status)))
    .then((text) => {
      const part = new DOMParser().parseFromString(text, "text/html").getElementById(place.id);
      if (part) place.replaceWith(part);
    })
    .catch(() => {
      // The link that stands there leads to the same.
    });
}
