/** Most actors of a program. */
export const MAX_ACTORS = 128
/** A choice is an actor and, above this, the way in which it goes on: 0 the plain one. */
export const WAY_SHIFT = 8
/** Ways from here on are interrupts, by source. */
export const FIRST_INTERRUPT = 64
