// Helpers and view state shared by all parts of the page.

const SVG = "http://www.w3.org/2000/svg";

/** Creates an element with attributes and children; text is never parsed as markup. */
function element(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

function shape(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function parse(script) {
  return script ? JSON.parse(script.textContent) : {};
}

// Rounded down, so that a result shown as 0.98 disappears only when the minimum score exceeds 0.98.
function formatScore(score) {
  return score === null ? "" : (Math.floor(score * 100 + 1e-9) / 100).toFixed(2);
}

function formatTime(seconds, withTenths) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const whole = Math.floor(tenths / 10);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const pad = (number) => String(number).padStart(2, "0");
  const clock = (hours ? `${hours}:${pad(minutes)}` : `${minutes}`) + `:${pad(whole % 60)}`;
  return withTenths ? `${clock}.${tenths % 10}` : clock;
}

const page = parse(document.getElementById("page-data"));
const looks = new Map((page.labels || []).map((label) => [label.label, label]));
const shown = { boxes: true, masks: true, labels: true, threshold: 0, dropped: new Set() };
const pictures = [];
const tip = document.getElementById("tip");

function look(label) {
  return looks.get(label) || { color: "#888888", ink: "#000000" };
}

function isShown(item) {
  return (item.score === null || item.score >= shown.threshold) && !shown.dropped.has(item.label);
}

function refresh() {
  for (const picture of pictures) picture.update();
}

// Roving tabindex: arrow keys move focus; only one sibling is in the tab order.
function rove(container, selector) {
  const members = () => [...container.querySelectorAll(selector)].filter((node) => !node.closest("[hidden]"));
  container.addEventListener("focusin", (event) => {
    const target = event.target.closest(selector);
    if (!target) return;
    for (const node of container.querySelectorAll(`${selector}[tabindex="0"]`)) node.tabIndex = -1;
    target.tabIndex = 0;
  });
  container.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const list = members();
    const place = list.indexOf(event.target.closest(selector));
    if (place < 0) return;
    event.preventDefault();
    list[Math.min(Math.max(place + step, 0), list.length - 1)].focus();
  });
}

/** Keeps one visible member in the tab order. */
function keepReachable(container, selector) {
  const members = [...container.querySelectorAll(selector)];
  const visible = members.filter((node) => !node.closest("[hidden]"));
  if (visible.some((node) => node.tabIndex === 0)) return;
  for (const node of members) node.tabIndex = -1;
  if (visible.length) visible[0].tabIndex = 0;
}
