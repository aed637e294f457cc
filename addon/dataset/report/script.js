"use strict";
// The page is whole without this script: it regroups the cards, shows a picture large and copies captions.
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (name, kind, ...children) => {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    element.append(...children);
    return element;
  };
  document.documentElement.classList.add("script");
  const byNumber = (a, b) => a.dataset.number - b.dataset.number;
  let cards = all(".card").sort(byNumber);

  // Grouping
  const groups = one("#groups");
  const regroup = (axis, order) => {
    const sections = order.map(([name, label]) => {
      const mine = all(".card").filter((card) => card.dataset[axis] === name).sort(byNumber);
      if (!mine.length) return null;
      const heading = make("h3", "", `${label} `, make("small", "", String(mine.length)));
      return make("section", "group", heading, make("div", "frames", ...mine));
    });
    groups.replaceChildren(...sections.filter(Boolean));
    cards = all(".card");
  };
  for (const choice of all("input[name=grouping]")) {
    choice.addEventListener("change", () => regroup(choice.value, JSON.parse(choice.dataset.order)));
  }
  const chosen = one("input[name=grouping]:checked");
  if (chosen) regroup(chosen.value, JSON.parse(chosen.dataset.order));

  // One picture large
  const viewer = one("#viewer");
  const truth = one("#truth");
  let shown = 0;
  const show = (index) => {
    shown = (index + cards.length) % cards.length;
    const card = cards[shown];
    const link = one("a.frame", card);
    const small = one("img", card);
    const frame = one(".frame", viewer);
    const large = make("img");
    large.src = link.getAttribute("href");
    large.alt = small ? small.alt : "";
    const overlay = one("svg", card);
    frame.className = link.className;
    frame.replaceChildren(large, ...(overlay ? [overlay.cloneNode(true)] : []));
    if (overlay) {
      const [, , width, height] = overlay.getAttribute("viewBox").split(" ");
      frame.style.setProperty("--ratio", width / height);
    }
    one(".words", viewer).replaceChildren(...[...one("figcaption", card).children].map((part) => part.cloneNode(true)));
    one("a.file", viewer).href = large.getAttribute("src");
    one("[value=truth]", viewer).setAttribute("aria-pressed", String(truth.checked));
  };
  const acts = {
    back: () => show(shown - 1),
    next: () => show(shown + 1),
    close: () => viewer.close(),
    truth: () => {
      truth.checked = !truth.checked;
      one("[value=truth]", viewer).setAttribute("aria-pressed", String(truth.checked));
    },
  };
  for (const card of cards) {
    one("a.frame", card).addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(cards.indexOf(card));
      viewer.showModal();
    });
  }
  for (const button of all("button", viewer)) button.addEventListener("click", () => acts[button.value]());
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    const act = { ArrowLeft: "back", ArrowRight: "next" }[event.key];
    if (act) {
      event.preventDefault();
      acts[act]();
    }
  });
  viewer.addEventListener("close", () => one("a.frame", cards[shown]).focus());

  // Copying
  const copy = async (button, text) => {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here";
    }
    setTimeout(() => { button.textContent = before; }, 1500);
  };
  for (const button of all("button.copy")) {
    button.addEventListener("click", () => copy(button, one("p", button.parentElement).textContent));
  }
  one("#copy-all")?.addEventListener("click", (event) => {
    copy(event.currentTarget, all(".captions p").map((line) => line.textContent).join("\n"));
  });
})();
