/** Mutants that no execution can tell from the kernel, by id, and why. */
export const EQUIVALENT: ReadonlyMap<string, string> = new Map<string, string>([])
