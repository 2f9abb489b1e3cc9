// Controls for what all images show.

function toggle(text, key) {
  const button = element(
    "button", { type: "button", class: "toggle", "aria-pressed": "true", id: `show-${key}` }, text);
  button.addEventListener("click", () => {
    shown[key] = !shown[key];
    button.setAttribute("aria-pressed", String(shown[key]));
    refresh();
  });
  return button;
}

function thresholdControl() {
  const output = element("output", { for: "threshold" }, "0.00");
  const input = element("input", { type: "range", id: "threshold", min: 0, max: 1, step: 0.01, value: 0 });
  input.addEventListener("input", () => {
    shown.threshold = Number(input.value);
    output.value = shown.threshold.toFixed(2);
    refresh();
  });
  const label = element("label", { for: "threshold" }, "Minimum score");
  return element("div", { class: "group threshold" }, label, input, output);
}

function labelControl() {
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Labels" });
  const boxes = page.labels.map((entry) => {
    const box = element("input", { type: "checkbox" });
    box.checked = true;
    box.addEventListener("change", () => {
      shown.dropped[box.checked ? "delete" : "add"](entry.label);
      refresh();
    });
    const swatch = element("span", { class: "swatch" });
    swatch.style.background = entry.color;
    chips.append(
      element("label", { class: "chip" }, box, swatch, element("bdi", {}, entry.label),
        element("span", { class: "count" }, String(entry.count))));
    return box;
  });
  const names = page.labels.map((entry) => entry.label);
  const isOffered = (index) => !boxes[index].closest("label").hidden;
  if (boxes.length > 2) {
    const all = element("button", { type: "button", class: "plain" }, "All or none");
    all.addEventListener("click", () => {
      const offered = boxes.filter((box, index) => isOffered(index));
      const isChecked = offered.some((box) => !box.checked);
      for (const box of offered) box.checked = isChecked;
      shown.dropped = new Set(names.filter((name, index) => !boxes[index].checked));
      refresh();
    });
    chips.append(all);
  }
  if (boxes.length > 20) {
    const search = element(
      "input", { type: "search", id: "find-label", "aria-label": "Find a label", placeholder: "Find a label" });
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLowerCase();
      boxes.forEach((box, index) => {
        box.closest("label").hidden = !names[index].toLowerCase().includes(wanted);
      });
    });
    chips.prepend(search);
  }
  const isOpen = boxes.length <= 12 && window.innerWidth > 640;
  const summary = element("summary", {}, `Labels (${boxes.length})`);
  return element("details", { class: "labels", open: isOpen }, summary, chips);
}

function themeControl() {
  const select = element("select", { id: "theme", "aria-label": "Theme" },
    ...[["", "Auto"], ["light", "Light"], ["dark", "Dark"]].map(([value, text]) => element("option", { value }, text)));
  select.addEventListener("change", () => {
    if (select.value) document.documentElement.dataset.theme = select.value;
    else delete document.documentElement.dataset.theme;
  });
  return element("div", { class: "group end" }, select);
}

const controls = document.getElementById("controls");
if (page.labels && page.labels.length) {
  controls.append(
    element("div", { class: "group" }, toggle("Boxes", "boxes"), toggle("Masks", "masks"), toggle("Labels", "labels")),
    thresholdControl(), themeControl(), labelControl());
} else {
  controls.append(themeControl());
  controls.classList.add("bare");
}
controls.hidden = false;
// Sticky controls cover the top of scroll targets.
const measure = () => {
  const height = getComputedStyle(controls).position === "sticky" ? controls.offsetHeight : 0;
  document.documentElement.style.setProperty("--controls-height", `${height}px`);
};
if (window.ResizeObserver) new ResizeObserver(measure).observe(controls);
window.addEventListener("resize", measure);
measure();
