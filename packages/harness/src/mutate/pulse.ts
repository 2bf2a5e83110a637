/** The word by which a mutant shows that it gets on, and the bytes of the memory that has it. */
export const PULSE = 1
export const PULSE_BYTES = 8
