// The few names of lib.dom that Comlink's declarations use.
type Transferable = object
type EventListenerOrEventListenerObject =
  | ((event: { readonly data: unknown }) => void)
  | { handleEvent(event: { readonly data: unknown }): void }
