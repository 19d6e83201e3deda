// One image, enlarged: what the network sees, and what it was made of. Arrows go on, Esc closes.
function zoom(model, { onSelect, isSelected, onClose }) {
  const dialog = make("dialog", "wb-dialog wb-zoom");
  dialog.setAttribute("aria-label", "One image");
  dialog.tabIndex = -1;
  const head = make("div", "wb-zoom-head");
  const place = make("span", "wb-muted");
  const pictures = make("div", "wb-zoom-pictures");
  const facts = make("dl", "wb-facts");
  const copies = make("div");
  let shown = null;
  let asked = -1;

  const ask = (at) => {
    if (at < 0 || (shown && at >= shown.total)) return;
    asked = at;
    model.send({ event: "zoom", at });
    if (!dialog.open) dialog.showModal();
  };
  const earlier = action("◀", () => ask(asked - 1), "Earlier image");
  const later = action("▶", () => ask(asked + 1), "Later image");
  const select = action("Select", () => {
    onSelect(shown.row);
    mark();
  });
  const mark = () => {
    select.textContent = shown && isSelected(shown.row) ? "Selected ✓" : "Select";
    select.setAttribute("aria-pressed", String(Boolean(shown && isSelected(shown.row))));
  };
  head.append(earlier, later, place, select, action("Close", () => dialog.close()));
  dialog.append(head, pictures, facts, copies);

  const figure = (caption, bytes, picture) => {
    const box = make("figure", "wb-zoom-picture");
    if (picture) {
      const node = paint(bytes, 0, picture.width, picture.height, picture.channels);
      node.classList.toggle("wb-smooth", picture.width > 256);
      node.setAttribute("role", "img");
      node.setAttribute("aria-label", caption);
      box.append(node);
    } else box.append(make("div", "wb-zoom-wait", bytes));
    box.append(make("figcaption", "wb-muted", caption));
    return box;
  };
  const show = (data, bytes) => {
    shown = data;
    asked = data.at;
    place.textContent = data.place;
    earlier.disabled = data.at === 0;
    later.disabled = data.at + 1 >= data.total;
    // A button that is disabled keeps no keys, and neither does what it hands the focus to.
    if (!dialog.contains(document.activeElement) || document.activeElement.disabled) dialog.focus();
    pictures.replaceChildren(
      figure(data.caption, bytes, data),
      figure("original", "Reading the original …"),
    );
    facts.replaceChildren();
    for (const [name, value] of data.facts) facts.append(make("dt", "", name), make("dd", "", value));
    copies.replaceChildren();
    if (data.copies.length) {
      const line = make("div", "wb-head-line");
      line.append(make("h3", "wb-heading", data.copiesTitle));
      line.append(action("Show them", () => {
        dialog.close();
        model.send({ event: "copies", row: data.row });
      }));
      const list = make("ul", "wb-lines");
      for (const [about, path] of data.copies) {
        const item = make("li");
        item.append(make("span", "wb-strong", about), make("span", "wb-muted", ` ${path}`));
        list.append(item);
      }
      copies.append(line, list);
    }
    mark();
  };
  const original = (data, bytes) => {
    if (!shown || data.row !== shown.row) return;
    pictures.lastChild.replaceWith(
      data.error ? figure("original", data.error) : figure(data.caption, bytes, data),
    );
  };
  const onMessage = (message, buffers) => {
    const bytes = buffers && buffers[0] ? asBytes(buffers[0]) : null;
    if (message.zoom) show(message.zoom, bytes);
    if (message.original) original(message.original, bytes);
  };
  model.on("msg:custom", onMessage);
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const to = { ArrowRight: asked + 1, ArrowDown: asked + 1, ArrowLeft: asked - 1, ArrowUp: asked - 1 }[event.key];
    const end = { Home: 0, End: shown ? shown.total - 1 : 0 }[event.key];
    if (to === undefined && end === undefined) {
      if (event.key !== " " || event.target.closest("button")) return;
      select.click();
    } else ask(to ?? end);
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    shown = null;
    onClose(asked);
  });
  return { dialog, ask, stop: () => model.off("msg:custom", onMessage) };
}
