// Elements, and what they show; stands before the scripts of widgets in the same module. Text from
// data only ever becomes text.
function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = String(text);
  return node;
}

const count = (number) => number.toLocaleString("en-US");
