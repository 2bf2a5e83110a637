import type { Site } from '@holdfast/compiler'

/** Name of the file without its folders. */
export function fileName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** `uvm_swapout (uvm-glue.ts:310)`. */
export function placeText({ cName, file, line }: Site): string {
  return `${cName} (${fileName(file)}:${line})`
}
