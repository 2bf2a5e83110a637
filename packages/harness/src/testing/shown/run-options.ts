/** What the comment above a block of commands may ask for: `<!-- run: key=value, key="a value with spaces" -->`. */
export interface RunOptions {
  /** `numbers=vary`: a number that is shown stands for any. */
  readonly numbersVary: boolean
  /** `exit=1`: exit code of the block's last command; of the others it is 0. `exit=any`: of each 0 or 1, since what it finds is left to chance. */
  readonly exit: number | 'any'
  /** `with="--seconds 1"`: options of each command while it is tested, in place of the same options where it has them. */
  readonly with: string
  /** `seconds=30`: deadline of each command. */
  readonly seconds: number
  /** `skip="reason"`: why the commands are not run. */
  readonly skip: string | undefined
}

const KEYS = ['numbers', 'exit', 'with', 'seconds', 'skip']
const LONGEST_SECONDS = 120
const PAIR = /([a-z]+)=(?:"([^"]*)"|([^\s,"]+))/y
const COMMA = /\s*(?:,\s*|$)/y

/** Reads what stands behind `run:`. Throws an Error that names the key, the value and what is allowed. */
export function parseRunOptions(text: string): RunOptions {
  const pairs = pairsOf(text.trim())
  const { numbers, exit = '0', with: options = '', seconds = '60', skip } = Object.fromEntries(pairs)
  if (numbers !== undefined && numbers !== 'vary')
    throw new Error(`numbers: "${numbers}" is not allowed; vary`)
  if (skip !== undefined && skip.trim().split(/\s+/).length < 3)
    throw new Error(`skip: "${skip}" is not allowed; a reason, in some words`)
  return {
    numbersVary: numbers === 'vary',
    exit: exit === 'any' ? exit : wholeNumber('exit', exit, 0, 255),
    with: options,
    seconds: wholeNumber('seconds', seconds, 1, LONGEST_SECONDS),
    skip,
  }
}

function pairsOf(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  for (let at = 0; at < text.length; at = COMMA.lastIndex) {
    PAIR.lastIndex = at
    const [, key = '', quoted, plain] = PAIR.exec(text) ?? []
    if (!KEYS.includes(key) || pairs.has(key))
      throw new Error(
        `run: "${text.slice(at)}" is not allowed; key=value, each key once, of ${KEYS.join(', ')}`,
      )
    pairs.set(key, quoted ?? plain ?? '')
    COMMA.lastIndex = PAIR.lastIndex
    if (!COMMA.test(text)) throw new Error(`run: a comma is missing before "${text.slice(PAIR.lastIndex)}"`)
  }
  return pairs
}

function wholeNumber(key: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`${key}: "${text}" is not allowed; ${least} to ${most}`)
  return value
}

const WORD = /(?:'[^']*'|"[^"]*"|[^\s'"])+/g
/** What ends the words of a command in a shell: a comment, a pipe, a redirection, another command. */
const END = /^(?:#|\||>|<|&&|;|2>)/

/** The command with `options` in place of the same options, or after its other words. */
export function withOptions(command: string, options: string): string {
  if (options === '') return command
  const words = command.match(WORD) ?? []
  const end = words.findIndex((word) => END.test(word))
  const own = end < 0 ? words : words.slice(0, end)
  const given = options.match(WORD) ?? []
  for (const [at, name] of given.entries()) {
    if (!name.startsWith('-')) continue
    const after = given.slice(at + 1).findIndex((word) => word.startsWith('-'))
    remove(own, name, after < 0 ? given.length - at - 1 : after)
  }
  return [...own, ...given, ...(end < 0 ? [] : words.slice(end))].join(' ')
}

/** Takes the option out of the words, with so many values. */
function remove(words: string[], option: string, values: number): void {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`))
  if (at >= 0) words.splice(at, words[at] === option ? 1 + values : 1)
}
