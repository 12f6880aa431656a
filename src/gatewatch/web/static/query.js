// The query box: offers fields and values while one types, and shows where a query cannot be read.
// A combobox as the ARIA Authoring Practices describe it; without this file it is a plain field.
"use strict";
(() => {
  const box = document.querySelector("[data-query]");
  if (!box) return;
  const form = box.form, at = form.elements.at, words = document.body.dataset;
  const KEPT = "gatewatch-queries", MOST = 8, WAIT = 180;
  const element = (tag, values, ...inside) => {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...inside);
    return made;
  };

  // What lies around the box: the error's underline below it, offers and words under it.
  const frame = element("div", { className: "frame" });
  const mirror = element("div", { className: "mirror" });
  const list = element("ul", { id: "offers", className: "offers", hidden: true });
  const hint = element("div", { id: "hint", className: "hint" });
  mirror.setAttribute("aria-hidden", "true");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.offers);
  hint.setAttribute("role", "status");
  box.replaceWith(frame);
  frame.append(box, mirror, list, hint);
  for (const [name, value] of Object.entries({
    "role": "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": "offers", "aria-describedby": "hint",
  })) box.setAttribute(name, value);

  let offers = [], chosen = -1, start = 0, asked = 0;
  const recent = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)) || []; } catch { return []; } };
  const here = new URLSearchParams(location.search).get("q");
  if (here && !document.querySelector("[role=alert]")) {
    const kept = [here, ...recent().filter((one) => one !== here)].slice(0, MOST);
    try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* not kept, then */ }
  }

  const close = () => {
    offers = []; chosen = -1; list.hidden = true; list.replaceChildren();
    box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    chosen = offers.length ? (number + offers.length) % offers.length : -1;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
    if (chosen < 0) { box.removeAttribute("aria-activedescendant"); return; }
    box.setAttribute("aria-activedescendant", `offer${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (number) => {
    const one = offers[number], end = box.selectionStart;
    const more = one.text.endsWith(":") ? "" : " ";
    box.setRangeText(one.text + more, one.whole ? 0 : start, one.whole ? box.value.length : end, "end");
    close();
    if (more) check(); else later();
    box.focus();
  };
  const show = () => {
    list.replaceChildren(...offers.map((one, place) => {
      const item = element("li", { id: `offer${place}` }, element("span", { className: "value", textContent: one.label }),
        element("span", { className: "note", textContent: one.services === null ? one.note : `${one.note} ${one.services.toLocaleString(document.documentElement.lang)}`.trim() }));
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(place); });
      return item;
    }));
    list.hidden = !offers.length;
    box.setAttribute("aria-expanded", String(offers.length > 0));
    chosen = -1;
  };

  const ask = async (path, values) => {
    const reply = await fetch(`/api/v1/${path}?${new URLSearchParams(values)}`);
    return reply.ok ? reply.json() : null;
  };
  const offer = async () => {
    if (document.activeElement !== box) return;
    const mine = ++asked;
    if (!box.value.trim()) {
      offers = recent().map((one) => ({ text: one, label: one, note: words.recent, services: null, whole: true }));
      show();
      return;
    }
    const values = { q: box.value, place: box.selectionStart };
    if (at && at.value) values.at = at.value;
    const found = await ask("complete", values).catch(() => null);
    if (mine !== asked || !found || document.activeElement !== box) return;
    ({ start, offers } = found);
    show();
  };
  const underline = (found) => {
    const text = box.value;
    const bad = found && found.query === null && text.trim() !== "";
    box.setAttribute("aria-invalid", String(Boolean(bad)));
    mirror.replaceChildren();
    hint.replaceChildren();
    if (!bad) return;
    // A place behind the end of the text has nothing to underline but a blank.
    const signs = [...text];
    const part = (from, to) => signs.slice(from, to).join("");
    mirror.append(part(0, found.start), element("mark", { textContent: part(found.start, found.end) || " " }), part(found.end));
    mirror.scrollLeft = box.scrollLeft;
    hint.append(element("span", { textContent: found.message, lang: "en" }));
    for (const text of found.mends) {
      const button = element("button", { type: "button", className: "button", textContent: text });
      button.addEventListener("click", () => { box.value = text; check(); box.focus(); });
      hint.append(" ", button);
    }
  };
  const check = async () => {
    const text = box.value;
    const found = text.trim() ? await ask("check", { q: text }).catch(() => null) : null;
    if (text === box.value) underline(found);
  };
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { offer(); check(); }, WAIT);
  };

  box.addEventListener("input", () => { underline(null); later(); });
  box.addEventListener("focus", () => { if (!box.value.trim()) offer(); });
  box.addEventListener("blur", close);
  box.addEventListener("scroll", () => { mirror.scrollLeft = box.scrollLeft; });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!offers.length) offer();
      else choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? offers.length - 1 : chosen - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    }
  });
})();
