import type { Finding as MachineFinding, FindingWord as MachineWord, RunningMachine } from '@holdfast/cpu'
import type { Finding, FindingWord } from '../report/result.js'
import { AddressNames } from './address-names.js'
import { EventTexts } from './event-text.js'
import { sourcePlace } from './source-place.js'

/** How a finding is repeated. */
export interface Repeat {
  readonly seed: number
  readonly command: string
}

const STACK_LINES = 8

/** Findings in the words of a report. The machine has ended: its memory stands as the CPUs left it. */
export function tellFindings(
  machine: Pick<RunningMachine, 'mem' | 'image'>,
  found: readonly MachineFinding[],
  repeat: Repeat,
): Finding[] {
  const texts = new EventTexts(machine.mem, new AddressNames(machine.image.regions))
  return found.map((each) => tellFinding(each, texts, repeat))
}

function tellFinding(found: MachineFinding, texts: EventTexts, repeat: Repeat): Finding {
  const lwp = found.lwp === 0 ? '' : ` (current LWP ${texts.lwpName(found.lwp)})`
  return {
    verdict: found.verdict,
    message: `${found.message}${lwp}`,
    ...(found.cpu >= 0 ? { cpu: found.cpu } : {}),
    words: (found.words ?? []).map((each) => tellWord(each, texts)),
    stack: stackLines(found.stack),
    lwps: (found.lwps ?? []).map((state) => texts.lwp(state)),
    events: (found.events ?? []).map((events, cpu) => ({
      cpu,
      events: events.map((each) => texts.event(each)),
    })),
    seed: repeat.seed,
    repeat: repeat.command,
  }
}

function tellWord({ name: given, addr, value }: MachineWord, texts: EventTexts): FindingWord {
  const name = given === '' ? texts.wordName(addr) : given
  const means = texts.meaning(name, value)
  return { name, address: addr, value, ...(means === '' ? {} : { means }) }
}

/** The calls of a stack trace in the source, without the message that precedes them nor the paths of this host. */
export function stackLines(stack = '', most = STACK_LINES): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('<anonymous>'))
    .slice(0, most)
    .map((line) =>
      line
        .trim()
        .replace(
          /\(?((?:file:\/\/)?\/\S*?):(\d+):\d+\)?$/,
          (_, file: string, at: string) => `(${sourcePlace(file, Number(at))})`,
        ),
    )
}
