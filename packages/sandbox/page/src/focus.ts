/** Where the focus goes when the control that had it is gone. */

/** Focuses the first element that fits, unless another one has the focus; once what was changed is on the page. */
export function focusIfLost(selector: string): void {
  requestAnimationFrame(() => {
    const { activeElement, body } = document;
    if (activeElement !== null && activeElement !== body) return;
    document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
  });
}
