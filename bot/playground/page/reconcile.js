// Keeps what is drawn in step with what is there; what did not change stays, with the focus in it.

/**
 * Bring the children of `parent` in line with `entries`: `{key, value, draw(value)}`, in their order. Only entries
 * whose value changed are drawn again. Returns the keys that are new.
 */
export function reconcile(parent, entries) {
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const added = [];
  let after = null;
  for (const entry of entries) {
    const kept = before.get(entry.key);
    const signature = JSON.stringify(entry.value);
    const node = kept && kept.drawnOf === signature ? kept : drawn(entry, signature, kept);
    before.delete(entry.key);
    if (!kept) added.push(entry.key);
    if ((after ? after.nextSibling : parent.firstChild) !== node) parent.insertBefore(node, after ? after.nextSibling : parent.firstChild);
    after = node;
  }
  for (const gone of before.values()) gone.remove();
  return added;
}

function drawn(entry, signature, replaced) {
  const node = entry.draw(entry.value);
  node.dataset.key = entry.key;
  node.drawnOf = signature;
  if (!replaced) return node;
  const hadFocus = replaced.contains(document.activeElement);
  replaced.replaceWith(node);
  if (hadFocus) {
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
  }
  return node;
}
