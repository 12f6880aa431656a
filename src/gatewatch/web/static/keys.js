// Keys for people who do not want the mouse, buttons that copy, and words beside a chart's parts.
// Single keys work only when no text field has the focus, and can be switched off (WCAG 2.1.4).
"use strict";
(() => {
  const OFF = "gatewatch-keys-off", words = document.body.dataset;
  const help = document.getElementById("keys");
  const stored = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const places = { s: "/search", r: "/report", w: "/watch", d: "/diff", h: "/help" };
  let going = false;

  const writing = (target) => target.closest("input, select, textarea, [contenteditable], dialog");
  const rows = () => [...document.querySelectorAll("main .hits > li, main tbody tr")];
  const link = (row) => row.querySelector("a.ip, th a, td a, a");
  const move = (step) => {
    const every = rows().filter(link);
    const now = every.findIndex((row) => row.contains(document.activeElement));
    const next = every[now < 0 ? (step > 0 ? 0 : every.length - 1) : now + step];
    if (next) link(next).focus();
  };
  const click = (found) => { if (found) found.click(); return Boolean(found); };
  const exclude = () => {
    const here = document.activeElement;
    return click(here.matches(".minus") ? here : here.closest("li, td")?.querySelector(".minus"));
  };
  const report = () => click(document.activeElement.closest(".facet")?.querySelector("a[href^='/report']")
    || document.querySelector("[data-key=r], nav a[href^='/report']"));
  const export_ = () => click(document.querySelector("[data-key=e], .files a"));
  const actions = {
    "/": () => { const box = document.querySelector("[data-query]"); if (box) { box.focus(); box.select(); } },
    "j": () => move(1), "k": () => move(-1), "x": exclude, "r": report, "e": export_,
    "?": () => help && help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || stored() || writing(event.target)) return;
    if (going) {
      going = false;
      const path = places[event.key];
      if (path) { event.preventDefault(); location.assign(path); }
      return;
    }
    if (event.key === "g") { going = true; setTimeout(() => { going = false; }, 1500); return; }
    const action = Object.hasOwn(actions, event.key) && actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  if (help) {
    const box = help.querySelector("input");
    box.checked = !stored();
    box.addEventListener("change", () => {
      try { localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch { /* for this page only */ }
    });
    const open = document.getElementById("keys-open");
    open.hidden = false;
    open.addEventListener("click", () => help.showModal());
  }

  for (const source of document.querySelectorAll(".told code, pre.raw")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: words.copy });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 2000);
    });
    (source.closest("a") || source).after(" ", button);
  }

  const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  for (const title of document.querySelectorAll(".chart a > title, .chart g > title")) {
    // The browser's own would come late, and on top of ours.
    const part = title.parentElement;
    part.dataset.tip = title.textContent;
    part.setAttribute("aria-label", title.textContent);
    if (part.tagName === "g") part.setAttribute("role", "img");
    title.remove();
  }
  document.addEventListener("pointermove", (event) => {
    const part = event.target.closest && event.target.closest("[data-tip]");
    tip.hidden = !part;
    if (!part) return;
    tip.textContent = part.dataset.tip;
    const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(left, 4) + scrollX}px`;
    tip.style.top = `${event.clientY + 18 + scrollY}px`;
  });
})();
