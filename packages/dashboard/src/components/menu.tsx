/** @file A button that opens a panel below it, and closes it with Escape or when the focus goes elsewhere. */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icons.tsx";

/** A menu. */
export function Menu({
  label,
  children,
  wide = false,
}: {
  readonly label: ComponentChildren;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}): JSX.Element {
  return (
    <details class="menu" onFocusOut={closeWhenLeft} onKeyDown={closeOnEscape}>
      <summary class="button">
        {label}
        <Icon name="down" />
      </summary>
      {/* The panel takes the focus, so that a click between its entries is not outside. */}
      <div class={wide ? "menu-panel wide" : "menu-panel"} tabIndex={-1}>
        {children}
      </div>
    </details>
  );
}

/** Closes the menu that an element is in, and gives the focus back to its button. */
export function closeMenu(inside: Element): void {
  const menu = inside.closest("details");
  if (menu === null) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/** What was pressed may be gone because of it (a ticked entry moves to another place): then the focus stays in the panel. */
function closeWhenLeft(event: FocusEvent & { readonly currentTarget: HTMLDetailsElement }): void {
  const { currentTarget: menu, relatedTarget: to, target: from } = event;
  if (to instanceof Node && menu.contains(to)) return;
  setTimeout(() => {
    if (menu.contains(document.activeElement)) return;
    if (from instanceof Node && from.isConnected) menu.open = false;
    else menu.querySelector<HTMLElement>(".menu-panel")?.focus();
  });
}

function closeOnEscape(event: KeyboardEvent & { readonly currentTarget: HTMLDetailsElement }): void {
  if (event.key !== "Escape" || !event.currentTarget.open) return;
  event.stopPropagation();
  closeMenu(event.currentTarget);
}
