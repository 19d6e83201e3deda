// Variants of one image in three columns, and a button for the next image. The canvases stay and
// only their pixels change, so that nothing flashes while a slider is dragged.
const PIXELATED_UP_TO = 96;

function paint(node, bytes, offset, [height, width, channels]) {
  if (node.width !== width || node.height !== height) {
    node.width = width;
    node.height = height;
  }
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = bytes[offset + channels * i + (channels < 3 ? 0 : c)];
    image.data[4 * i + 3] = 255;
  }
  node.getContext("2d").putImageData(image, 0, 0);
}

function fill(grid, count) {
  while (grid.children.length > count) grid.lastChild.remove();
  while (grid.children.length < count) {
    const cell = make("div", "wb-variant");
    const picture = make("canvas", "wb-pixels");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `Variant ${grid.children.length + 1}`);
    cell.append(picture);
    grid.append(cell);
  }
}

function render({ model, el }) {
  el.classList.add("wb-view");
  const card = make("section", "wb-card");
  card.setAttribute("aria-label", "Preview of augmentation");
  const head = make("h3", "wb-heading");
  head.textContent = "Preview";
  const grid = make("div", "wb-variants");
  const line = make("div", "wb-variants-line");
  const text = make("span", "wb-muted");
  text.setAttribute("role", "status");
  const next = make("button", "wb-button wb-next-sample");
  next.type = "button";
  next.textContent = "Next image";
  next.title = "Show it on another of your images";
  next.addEventListener("click", () => model.send({ event: "next" }));
  line.append(text, next);
  card.append(head, grid, line);
  el.append(card);

  const draw = () => {
    const data = model.get("data");
    const blob = model.get("blob");
    const size = data.shape.reduce((product, side) => product * side, 1);
    const there = blob && blob.byteLength >= size * data.count ? data.count : 0;
    fill(grid, there);
    if (there) {
      const bytes = new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength);
      [...grid.children].forEach((cell, i) => {
        paint(cell.firstChild, bytes, i * size, data.shape);
        cell.firstChild.classList.toggle("wb-smooth", Math.max(...data.shape.slice(0, 2)) > PIXELATED_UP_TO);
      });
    }
    grid.hidden = !there;
    grid.classList.toggle("wb-stale", data.error);
    text.textContent = data.text;
    text.className = data.error ? "wb-note wb-note-error" : "wb-muted";
    next.hidden = !data.more;
  };
  model.on("change:data", draw);
  model.on("change:blob", draw);
  draw();
  return () => {
    model.off("change:data", draw);
    model.off("change:blob", draw);
  };
}

export default { render };
