import { DEFAULT_OPTIONS } from '../../engine/options.js'
import type { EngineOptions } from '../../engine/options.js'
import { check2, textHash } from './enabled-hash.js'
import { decodeRuns, encodeRuns, RunError } from './run-length.js'
import type { Schedule } from './schedule.js'

/**
 * A schedule as one line, to be pasted:
 *
 *     hf1+program:reorder@s=2@c=1+3f2a91bc+0+B.k3C2.9aB+9f21c3d4+m2
 *      |            |                |     |       |        |     '- of all that is before it
 *      |            |                |     |       |        '- hash of what was enabled, step by step
 *      |            |                |     |       '- the choices, see run-length.ts
 *      |            |                |     '- options of the engine that are not the default; 0: none
 *      |            |                '- hash of the build
 *      |            '- the subject
 *      '- version
 *
 * It has no character that means something to a shell, and none at which a terminal ends a word.
 */
export type SchedulePart = 'version' | 'subject' | 'hash' | 'options' | 'choices' | 'enabled' | 'checksum'

/** A schedule string that is none: the message names the part, what it is and what is allowed. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'
  readonly part: SchedulePart

  constructor(part: SchedulePart, message: string) {
    super(`schedule: ${part}: ${message}`)
    this.part = part
  }
}

const VERSION = 'hf1'
const FORM = 'hf1+subject+hash+options+choices+enabled+checksum'

/** The one line that {@link decodeSchedule} reads: subject, hash of the build, options, choices and a checksum. */
export function encodeSchedule(schedule: Schedule): string {
  const { subject, hash, options, enabled } = schedule
  const parts = [VERSION, encodeId(subject), hash, encodeOptions(options), encodeRuns(schedule), enabled]
  const text = parts.join('+')
  return `${text}+${checksum(text)}`
}

/** Reads what {@link encodeSchedule} wrote. Throws {@link ScheduleError}. */
export function decodeSchedule(text: string): Schedule {
  const parts = text.trim().split('+')
  const [version = '', id = '', hash = '', options = '', choices = '', enabled = '', sum = ''] = parts
  if (version !== VERSION) {
    const other = /^hf\d+$/.test(version) ? `${version} is of another version` : `${quoted(version)} is none`
    throw new ScheduleError('version', `${other}; ${VERSION} is read here, in the form ${FORM}`)
  }
  const names = FORM.split('+')
  if (parts.length < names.length) {
    const missing = names[parts.length] as string
    throw new ScheduleError(partNamed(missing), `missing; the form is ${FORM}`)
  }
  if (parts.length > names.length)
    throw new ScheduleError('checksum', `something comes after it; the form is ${FORM}`)
  const subject = decodeId(id)
  if (!/^[0-9a-f]{8}$/.test(hash))
    throw new ScheduleError('hash', `${quoted(hash)}; eight hexadecimal digits are allowed`)
  const decodedOptions = decodeOptions(options)
  const runs = decodeChoices(choices)
  if (!/^[0-9a-f]{8}$/.test(enabled))
    throw new ScheduleError('enabled', `${quoted(enabled)}; eight hexadecimal digits are allowed`)
  const expected = checksum(parts.slice(0, -1).join('+'))
  if (sum !== expected) {
    const message = `${quoted(sum)} does not fit what is before it (${expected}): something was changed or lost`
    throw new ScheduleError('checksum', message)
  }
  return { subject, hash, options: decodedOptions, enabled, ...runs }
}

/** Whether `text` is meant to be a schedule string, and not the name of a file. */
export function looksLikeSchedule(text: string): boolean {
  return /^hf\d+\+/.test(text.trim())
}

function checksum(text: string): string {
  const value = textHash(text)
  return check2(value) + check2(value >>> 12)
}

function partNamed(name: string): SchedulePart {
  return name === VERSION ? 'version' : (name as SchedulePart)
}

/** The first ? of an id and each & after it are @; what is not plain is %, in UTF-8, as in an address. */
function encodeId(id: string): string {
  const [before = '', ...after] = id.split('?')
  if (after.length === 0) return escaped(before)
  return `${escaped(before)}@${after.join('?').split('&').map(escaped).join('@')}`
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9:./=_-]/gu, (char) =>
    [...new TextEncoder().encode(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}

function decodeId(text: string): string {
  if (!/^(?:[A-Za-z0-9:./=_@-]|%[0-9a-f]{2})+$/.test(text)) {
    throw new ScheduleError('subject', `${quoted(text)}; letters, digits, : . / = _ - @ and %xx are allowed`)
  }
  const [before = '', ...after] = text.split('@').map(unescaped)
  return after.length === 0 ? before : `${before}?${after.join('&')}`
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ScheduleError('subject', `${quoted(text)} is not UTF-8; %xx of UTF-8 is allowed`)
  }
}

/** One letter for each option: this value, which is not the default, or the number that follows. */
function encodeOptions({ expiry, wake, spurious, stepLimit, memoryModel, ...others }: EngineOptions): string {
  const none: Record<string, never> = others
  void none
  const text = [
    expiry === DEFAULT_OPTIONS.expiry ? '' : 'e',
    wake === DEFAULT_OPTIONS.wake ? '' : 'w',
    spurious === DEFAULT_OPTIONS.spurious ? '' : `s${spurious}`,
    stepLimit === DEFAULT_OPTIONS.stepLimit ? '' : `l${stepLimit}`,
    memoryModel === DEFAULT_OPTIONS.memoryModel ? '' : 't',
  ].join('')
  return text === '' ? '0' : text
}

function decodeOptions(text: string): EngineOptions {
  const found = /^(?:0|(?=.)(e?)(w?)(?:s(\d{1,9}))?(?:l(\d{1,9}))?(t?))$/.exec(text)
  if (found === null) {
    const allowed =
      '0, or e (time-outs when idle), w (signals wake any), s and l with a number, t (memory model tso), in this order'
    throw new ScheduleError('options', `${quoted(text)}; allowed: ${allowed}`)
  }
  const [, e, w, s, l, t] = found
  return {
    expiry: e === 'e' ? 'idle' : DEFAULT_OPTIONS.expiry,
    wake: w === 'w' ? 'any' : DEFAULT_OPTIONS.wake,
    spurious: s === undefined ? DEFAULT_OPTIONS.spurious : Number(s),
    stepLimit: l === undefined ? DEFAULT_OPTIONS.stepLimit : Number(l),
    memoryModel: t === 't' ? 'tso' : DEFAULT_OPTIONS.memoryModel,
  }
}

function decodeChoices(text: string): Pick<Schedule, 'choices' | 'checks' | 'whole'> {
  try {
    return decodeRuns(text)
  } catch (error) {
    if (error instanceof RunError) throw new ScheduleError('choices', error.message)
    throw error
  }
}

function quoted(text: string): string {
  return text.length > 40 ? `'${text.slice(0, 40)}…'` : `'${text}'`
}
