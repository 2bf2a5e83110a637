type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Makes an element. Attributes that are false or undefined are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  made.append(...children)
  return made
}

/** A button that does something. */
export function button(label: string, title: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', title, 'aria-label': title }, label)
  made.addEventListener('click', act)
  return made
}
