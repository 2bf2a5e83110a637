/**
 * Patches of source text (corrections, mutants), and the way back from a place in the patched text to the file on disk:
 * every line number that is reported is one of the file.
 */

export interface Patch {
  /** The end of the path of the one file it applies to. */
  readonly file: string
  /** Exact text that occurs once in that file; with `at`, that stands there. */
  readonly find: string
  readonly replace: string
  /** Offset of `find` in the text that the patches before this one have left. */
  readonly at?: number
  /** Where it stands, for messages: `patches[0] of ./fix.ts`. */
  readonly from?: string
}

/** A stretch of the patched text: from the file as it is, or in place of `length` characters of it. */
interface Piece {
  readonly text: string
  readonly origin: number
  readonly length: number
}

/** A text with patches applied to it, which knows where each of its lines stood in the original. */
export class PatchedText {
  private pieces: readonly Piece[]
  private readonly originLines: readonly number[]
  /** With the patches applied so far. */
  text: string
  /** Whether any was. */
  patched = false

  constructor(original: string) {
    this.text = original
    this.pieces = [{ text: original, origin: 0, length: original.length }]
    this.originLines = startsOfLines(original)
  }

  /** Applies a patch; returns how often its text was found, which must be once for it to be applied. */
  apply(patch: Patch): number {
    if (patch.at !== undefined)
      return this.text.startsWith(patch.find, patch.at) ? this.put(patch, patch.at) : 0
    const at = this.text.indexOf(patch.find)
    if (at < 0 || patch.find === '') return 0
    if (this.text.includes(patch.find, at + 1)) return this.text.split(patch.find).length - 1
    return this.put(patch, at)
  }

  private put(patch: Patch, at: number): number {
    const end = at + patch.find.length
    const from = this.originOf(at)
    const pieces = this.slice(0, at)
    pieces.push({ text: patch.replace, origin: from, length: this.originOf(end) - from })
    pieces.push(...this.slice(end, this.text.length))
    this.pieces = pieces
    this.patched = true
    this.text = pieces.map((piece) => piece.text).join('')
    return 1
  }

  /** Line and column, from 1, in the file on disk. */
  position(offset: number): { line: number; column: number } {
    const origin = this.originOf(offset)
    let low = 0
    let high = this.originLines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.originLines[middle] as number) <= origin) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: origin - (this.originLines[low] as number) + 1 }
  }

  /** The offset at which each line of the patched text starts. */
  lineStarts(): readonly number[] {
    return startsOfLines(this.text)
  }

  /** The offset in the file of an offset in the patched text; inside a replacement, as far in as there is text. */
  private originOf(offset: number): number {
    let at = 0
    for (const piece of this.pieces) {
      if (offset < at + piece.text.length) return piece.origin + Math.min(offset - at, piece.length)
      at += piece.text.length
    }
    const last = this.pieces.at(-1)
    return last === undefined ? 0 : last.origin + last.length
  }

  private slice(from: number, to: number): Piece[] {
    const cut: Piece[] = []
    let at = 0
    for (const piece of this.pieces) {
      const start = Math.max(from - at, 0)
      const end = Math.min(to - at, piece.text.length)
      at += piece.text.length
      if (start >= end) continue
      const whole = start === 0 && end === piece.text.length
      const verbatim = piece.text.length === piece.length
      if (whole) cut.push(piece)
      else if (verbatim)
        cut.push({ text: piece.text.slice(start, end), origin: piece.origin + start, length: end - start })
      else cut.push({ text: piece.text.slice(start, end), origin: piece.origin, length: piece.length })
    }
    return cut
  }
}

/** The offset at which each line of the text starts. */
function startsOfLines(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
