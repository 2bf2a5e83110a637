import type { Site } from '@holdfast/compiler'
import type { EventRow } from './events.js'

/** Name of the file without its folders. */
export function fileName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** `uvm_swapout (uvm-glue.ts:310)`. */
export function placeText({ cName, file, line }: Site): string {
  return `${cName} (${fileName(file)}:${line})`
}

/** A row's place and what it is in, innermost first, outside the code of locks: what a reader knows it by. */
export function outerPlaces({
  place,
  callers,
  inner,
}: Pick<EventRow, 'place' | 'callers' | 'inner'>): Site[] {
  return place === undefined ? [] : [place, ...callers].slice(inner)
}
