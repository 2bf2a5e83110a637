/** Most actors of a program. */
export const MAX_ACTORS = 128
/** A choice is an actor and, above this, the way in which it goes on: 0 the plain one. */
export const WAY_SHIFT = 8
/** Ways from here on are interrupts, by source. */
export const FIRST_INTERRUPT = 64
/** The way in which a store reaches memory: above all alternatives, below the interrupts. */
export const DRAIN_WAY = 63
/**
 * The choice `actor | BUFFER`: the oldest store in the buffer of `actor` reaches memory. The bit above those of actors makes its buffer
 * something that acts by itself.
 */
export const BUFFER = (DRAIN_WAY << WAY_SHIFT) | MAX_ACTORS
