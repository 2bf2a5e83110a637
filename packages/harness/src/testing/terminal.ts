const ESCAPE = '\u001B'
/** A sequence, the end of a line, text, or an escape that begins no sequence. */
const PART = /␛\[(\d*[A-Za-z])|\r|\n|[^␛\r\n]+|␛/g

/** A terminal that understands what a steady view needs, and keeps what scrolled away. */
export class Terminal {
  readonly columns: number
  readonly rows: number
  /** All lines, from the first; the last {@link rows} of them are seen. */
  private readonly lines: string[] = ['']
  private row = 0
  private column = 0
  /** Most lines that there were. */
  height = 1

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  /** Throws if it is sent something that it does not know. */
  write(text: string): void {
    for (const [part, code] of text.replaceAll(ESCAPE, '␛').matchAll(PART)) {
      if (part === '\r' || code === 'G') this.column = 0
      else if (part === '\n') this.down()
      else if (code === '2K') this.lines[this.row] = ''
      else if (code === '1A') this.row = Math.max(0, this.row - 1)
      else if (part.startsWith('␛')) throw new Error(`unknown sequence ${JSON.stringify(part)}`)
      else this.put(part)
    }
  }

  /** Lines that are not empty at the end. */
  text(): string {
    return this.lines.join('\n').trimEnd()
  }

  private put(text: string): void {
    for (const character of text) {
      if (this.column >= this.columns) this.down()
      const line = (this.lines[this.row] ?? '').padEnd(this.column)
      this.lines[this.row] = line.slice(0, this.column) + character + line.slice(this.column + 1)
      this.column++
    }
  }

  private down(): void {
    this.row++
    this.column = 0
    this.lines[this.row] ??= ''
    this.height = Math.max(this.height, this.lines.length)
  }
}
