// An image with its boxes, masks and the list of results.

class Picture {
  constructor(card, medium) {
    this.items = card.items.map((item, index) => ({ ...item, index }));
    this.width = Math.max(1, card.width || 1);
    this.height = Math.max(1, card.height || 1);
    this.pinned = null;
    this.frame = this.makeFrame(card, medium);
    const stage = element("figure", { class: "stage" }, this.frame);
    this.count = element("span", { class: "count" });
    this.list = element("ul", { class: "results", "aria-label": `Results in ${card.name}` });
    for (const item of this.items) this.list.append(this.makeRow(item));
    rove(this.list, ".result");
    this.side = element("div", { class: "side" });
    if (this.items.length) {
      const kinds = new Set(this.items.map((item) => item.kind));
      const title = kinds.size > 1 ? "Objects and segments" : kinds.has("segment") ? "Segments" : "Objects";
      this.side.append(
        element("section", {}, element("div", { class: "head" }, element("h3", {}, title), this.count), this.list));
    }
    const isWide = this.width > 2.5 * this.height;
    this.root = element("div", { class: isWide ? "columns wide" : "columns" }, stage, this.side);
    pictures.push(this);
    this.update();
  }

  makeFrame(card, medium) {
    const frame = element("div", { class: medium ? "frame" : "frame blank" });
    frame.style.aspectRatio = `${this.width} / ${this.height}`;
    // Limits the height to the window, but never so far that the image becomes a thin strip; limits enlargement too.
    const least = `min(${this.width}px, 18rem)`;
    const most = `max(12rem, ${4 * this.width}px)`;
    frame.style.maxWidth = `min(max(82vh * ${this.width / this.height}, ${least}), ${most})`;
    if (medium) {
      const names = [...new Set(this.items.map((item) => item.label))].slice(0, 10).join(", ");
      const image = element("img", { alt: names ? `${card.name}: ${names}` : card.name, decoding: "async" });
      image.src = URL.createObjectURL(medium);
      frame.append(image);
    }
    const svg = shape("svg", {
      viewBox: `0 0 ${this.width} ${this.height}`, preserveAspectRatio: "none", "aria-hidden": "true",
    });
    this.plates = element("div", { class: "plates", "aria-hidden": "true" });
    for (const item of this.items) {
      item.area = item.box ? (item.box[2] - item.box[0]) * (item.box[3] - item.box[1]) : Infinity;
      item.isOutside = Boolean(item.box)
        && (item.box[0] >= this.width || item.box[1] >= this.height || item.box[2] <= 0 || item.box[3] <= 0);
    }
    // Smallest on top, so that each can be pointed at.
    for (const item of [...this.items].sort((one, other) => other.area - one.area)) {
      const nodes = [this.makeMask(item), ...this.makeBox(item)].filter(Boolean);
      for (const node of nodes) {
        if (!node.classList.contains("halo")) this.listen(node, item);
        svg.append(node);
      }
      item.nodes = nodes;
      item.plate = this.makePlate(item);
      if (item.plate) this.plates.append(item.plate);
    }
    frame.append(svg, this.plates);
    if (window.ResizeObserver) new ResizeObserver(() => this.measurePlates()).observe(frame);
    return frame;
  }

  measurePlates() {
    this.frameSize = [this.frame.clientWidth, this.frame.clientHeight];
    for (const item of this.items) {
      if (item.plate) item.plateSize = [item.plate.offsetWidth, item.plate.offsetHeight];
    }
    this.placePlates();
  }

  // Places plates by score, then smaller boxes first, where they cover no other plate, until they would hide too much
  // of the image. The others appear when their result is hovered or selected.
  placePlates() {
    if (!this.frameSize || !this.frameSize[0]) return;
    const taken = [];
    let room = 0.25 * this.frameSize[0] * this.frameSize[1];
    const rank = (item) => [item.score === null ? 1 : item.score, -item.area];
    const wanted = this.items.filter((item) => item.plate && isShown(item));
    wanted.sort((one, other) => {
      const [first, second] = [rank(one), rank(other)];
      return second[0] - first[0] || second[1] - first[1] || one.index - other.index;
    });
    for (const item of wanted) {
      const places = this.platePlaces(item);
      const need = item.plateSize[0] * item.plateSize[1];
      // The first plate is always placed, even if it is large.
      const mayBePlaced = !item.isOutside && (need <= room || !taken.length);
      const free = mayBePlaced && places.find((place) => !taken.some((other) => overlap(place, other)));
      if (free) {
        taken.push(free);
        room -= need;
      }
      item.hasRoom = Boolean(free);
      const [x, y] = free || places[0];
      item.plate.style.left = `${(x / this.frameSize[0]) * 100}%`;
      item.plate.style.top = `${(y / this.frameSize[1]) * 100}%`;
    }
    this.showPlates();
  }

  /** Returns the positions for a plate, best first: above its box, inside it if the box is large, below it. */
  platePlaces(item) {
    const [frameWidth, frameHeight] = this.frameSize;
    const [width, height] = item.plateSize;
    const clamp = (value, most) => Math.max(0, Math.min(value, most));
    const [left, right] = [0, 2].map((at) => clamp((item.box[at] / this.width) * frameWidth, frameWidth));
    const [top, bottom] = [1, 3].map((at) => clamp((item.box[at] / this.height) * frameHeight, frameHeight));
    const columns = [left, right - width];
    const isLarge = bottom - top > 2 * height && right - left >= width;
    const rows = [top - height, ...(isLarge ? [top] : []), bottom, ...(isLarge ? [bottom - height] : [])]
      .filter((y) => y >= 0 && y + height <= frameHeight);
    if (!rows.length) rows.push(clamp(top, Math.max(0, frameHeight - height)));
    return rows.flatMap((y) => columns.map((x) => [clamp(x, Math.max(0, frameWidth - width)), y, width, height]));
  }

  showPlates() {
    for (const item of this.items) {
      if (!item.plate) continue;
      const isSeen = isShown(item) && (item === this.active || (shown.labels && item.hasRoom));
      item.plate.classList.toggle("away", !isSeen);
    }
  }

  makeMask(item) {
    if (!item.path) return null;
    const color = look(item.label).color;
    return shape("path", {
      class: "shape mask", d: item.path, "fill-rule": "evenodd", fill: color, stroke: color,
      transform: `scale(${item.scale[0]} ${item.scale[1]})`,
    });
  }

  makeBox(item) {
    if (!item.box || item.path) return [];
    const [x, y, right, bottom] = item.box;
    const place = { x, y, width: right - x, height: bottom - y };
    const color = look(item.label).color;
    const classes = item.kind === "segment" ? "shape box unsaved" : "shape box";
    return [shape("rect", { class: "halo", ...place }),
      shape("rect", { class: classes, ...place, fill: color, stroke: color })];
  }

  makePlate(item) {
    if (!item.box) return null;
    const score = item.score === null ? null : element("span", {}, ` ${formatScore(item.score)}`);
    const plate = element("span", { class: "plate away" }, element("bdi", {}, item.label), score);
    const { color, ink } = look(item.label);
    plate.style.background = color;
    plate.style.color = ink;
    return plate;
  }

  makeRow(item) {
    const swatch = element("span", { class: "swatch" });
    swatch.style.background = look(item.label).color;
    const kind = item.kind === "segment" && this.items.some((other) => other.kind !== "segment") ? "segment" : null;
    const button = element("button", { type: "button", class: "result", tabindex: -1, "aria-pressed": "false" },
      swatch,
      element("span", {}, element("bdi", {}, item.label), kind && element("span", { class: "kind" }, kind)),
      element("span", { class: "score" }, formatScore(item.score)));
    button.addEventListener("focus", () => this.highlight(item));
    button.addEventListener("blur", () => this.highlight(this.pinned));
    button.addEventListener("pointerenter", () => this.highlight(item));
    button.addEventListener("pointerleave", () => this.highlight(this.pinned));
    button.addEventListener("click", () => this.pin(item));
    button.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.pinned) this.pin(this.pinned);
    });
    item.button = button;
    item.row = element("li", {}, button);
    return item.row;
  }

  listen(node, item) {
    node.addEventListener("pointermove", (event) => showTip(item, event.clientX, event.clientY));
    node.addEventListener("pointerenter", () => {
      this.highlight(item);
      this.reveal(item);
    });
    node.addEventListener("pointerleave", () => {
      tip.hidden = true;
      this.highlight(this.pinned);
    });
    node.addEventListener("click", () => this.pin(item));
  }

  // Scrolls the list only, not the page.
  reveal(item) {
    const [list, row] = [this.list.getBoundingClientRect(), item.row.getBoundingClientRect()];
    if (row.top < list.top) this.list.scrollTop -= list.top - row.top;
    else if (row.bottom > list.bottom) this.list.scrollTop += row.bottom - list.bottom;
  }

  pin(item) {
    this.pinned = this.pinned === item ? null : item;
    for (const other of this.items) other.button.setAttribute("aria-pressed", String(other === this.pinned));
    this.highlight(this.pinned || item);
  }

  highlight(item) {
    this.active = item;
    this.frame.classList.toggle("focused", Boolean(item));
    for (const other of this.items) {
      const isActive = other === item;
      for (const node of [...other.nodes, other.plate, other.button]) {
        if (node) node.classList.toggle("active", isActive);
      }
    }
    this.showPlates();
  }

  update() {
    let count = 0;
    for (const item of this.items) {
      const isVisible = isShown(item);
      if (isVisible) count += 1;
      item.row.hidden = !isVisible;
      for (const node of item.nodes) {
        const isWanted = node.classList.contains("mask") ? shown.masks : shown.boxes;
        node.style.display = isVisible && isWanted ? "" : "none";
      }
    }
    if (this.pinned && !isShown(this.pinned)) this.pin(this.pinned);
    this.highlight(this.pinned);
    this.placePlates();
    keepReachable(this.list, ".result");
    this.count.textContent = count === this.items.length ? String(count) : `${count} of ${this.items.length}`;
  }
}

function overlap([x, y, width, height], [left, top, otherWidth, otherHeight]) {
  return x < left + otherWidth && left < x + width && y < top + otherHeight && top < y + height;
}

function showTip(item, x, y) {
  tip.replaceChildren(element("bdi", {}, item.label), item.score === null ? "" : ` ${formatScore(item.score)}`);
  tip.hidden = false;
  tip.style.left = `${Math.max(4, Math.min(x + 14, window.innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(4, Math.min(y + 18, window.innerHeight - tip.offsetHeight - 4))}px`;
}
