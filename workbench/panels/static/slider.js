// A number with a slider: the text is what counts, the slider follows it as far as it reaches.
const EVERY_MS = 80;
let sliders = 0;

function render({ model, el }) {
  const id = `wb-slider-${(sliders += 1)}`;
  const label = document.createElement("label");
  label.className = "widget-label";
  label.htmlFor = id;
  label.textContent = model.get("description");
  const range = document.createElement("input");
  range.type = "range";
  range.min = "0";
  range.max = String(model.get("high"));
  range.step = String(model.get("step"));
  range.setAttribute("aria-label", `${model.get("description")}, slider`);
  const text = document.createElement("input");
  text.type = "text";
  text.id = id;
  text.inputMode = "decimal";
  let timer = 0;
  const send = () => {
    timer = 0;
    if (text.value === model.get("value")) return;
    model.set("value", text.value);
    model.save_changes();
  };
  // While it is dragged the kernel hears of it a few times a second, and of the end at once.
  const soon = () => {
    if (!timer) timer = setTimeout(send, EVERY_MS);
  };
  const now = () => {
    clearTimeout(timer);
    send();
  };
  const number = () => Number(text.value.trim().replace(",", "."));
  const follow = () => {
    range.value = String(Number.isFinite(number()) ? number() : 0);
  };
  const take = () => {
    if (timer || text.value === model.get("value")) return;
    text.value = model.get("value");
    follow();
  };
  range.addEventListener("input", () => {
    // Steps of 0.3 give 0.8999999999999999.
    text.value = String(Number(Number(range.value).toPrecision(6)));
    soon();
  });
  range.addEventListener("change", now);
  text.addEventListener("input", () => {
    follow();
    soon();
  });
  text.addEventListener("change", now);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    now();
    model.send({ event: "submit" });
  });
  text.value = model.get("value");
  follow();
  const line = document.createElement("div");
  line.className = "wb-slider-line";
  line.append(range, text);
  el.append(label, line);
  model.on("change:value", take);
  return () => {
    clearTimeout(timer);
    model.off("change:value", take);
  };
}

export default { render };
