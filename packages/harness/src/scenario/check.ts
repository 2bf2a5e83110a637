import { LOOP_DEPTH, LWPS, rangeText } from './limits.js'
import { withDefaults } from './machine-schema.js'
import { choices, notAllowed, pathText, type Problem } from './problem.js'
import type { LwpTarget, Operation, ProcessSpec, Program, Scenario } from './types.js'
import { type Keys, lwpsEach, lwpsTotal, operationsOf, programsOf } from './walk.js'

/** Pages that a process has where its scenario does not say. */
export const DEFAULT_PAGES = 4

/**
 * Checks what joins the parts of a scenario of the right shape: every name is declared once, every number
 * fits what it points into. Returns the problems, none if it can be compiled.
 */
export function checkScenario(scenario: Scenario): Problem[] {
  return [
    ...checkDuplicates(scenario),
    ...checkTotal(scenario),
    ...checkFreemin(scenario),
    ...checkOperations(scenario),
    ...checkLwpPrograms(scenario),
    ...checkPages(scenario),
  ]
}

function checkDuplicates(scenario: Scenario): Problem[] {
  const processes = scenario.processes.map(({ name }) => name)
  return [
    ...duplicates(processes, (index) => ['processes', index, 'name']),
    ...duplicates(scenario.channels ?? [], (index) => ['channels', index]),
  ]
}

function duplicates(names: readonly string[], at: (index: number) => Keys): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [notAllowed(pathText(at(index)), name, 'a name not used before')],
  )
}

function checkTotal(scenario: Scenario): Problem[] {
  const total = lwpsTotal(scenario)
  if (total <= LWPS.max) return []
  return [{ path: 'processes', message: `${total} LWPs in all are not allowed; ${rangeText(LWPS)}` }]
}

function checkFreemin({ machine }: Scenario): Problem[] {
  const { freemin = 0, memory } = withDefaults(machine)
  if (freemin <= memory >> 1) return []
  return [notAllowed('machine.freemin', freemin, `0 to ${memory >> 1}, half of the memory`)]
}

function checkOperations(scenario: Scenario): Problem[] {
  const problems: Problem[] = []
  for (const { program, at } of programsOf(scenario)) {
    for (const each of operationsOf(program, at))
      problems.push(...checkOperation(scenario, each.operation, each.at))
    problems.push(...checkDepth(program, at, 0))
  }
  return problems
}

function checkOperation(scenario: Scenario, operation: Operation, at: Keys): Problem[] {
  const problems: Problem[] = []
  if ('process' in operation && operation.process !== undefined) {
    const lwp = 'lwp' in operation ? operation.lwp : undefined
    problems.push(...checkTarget(scenario, operation.process, lwp, at))
  }
  if ('channel' in operation && operation.channel !== 'any') {
    const known = scenario.channels ?? []
    if (!known.includes(operation.channel)) {
      problems.push(unknownName(at, 'channel', operation.channel, known))
    }
  }
  if ('program' in operation)
    problems.push(...checkProgramName(scenario, operation.program, [...at, 'program']))
  if (operation.op === 'sleep' && operation.seconds !== undefined && operation.ticks !== undefined) {
    problems.push({ path: pathText(at), message: 'seconds and ticks are both given; one of them is allowed' })
  }
  if ((operation.op === 'sleep' || operation.op === 'wakeup') && operation.channel === 'any') {
    if ((scenario.channels ?? []).length === 0) problems.push(unknownName(at, 'channel', 'any', []))
  }
  return problems
}

/** Deepest nesting of counted loops; one that runs for ever needs no counter. */
function checkDepth(program: Program, at: Keys, depth: number): Problem[] {
  return program.flatMap((operation, index) => {
    const here = [...at, index]
    if (operation.op === 'choice') {
      return operation.of.flatMap(({ body }, branch) =>
        checkDepth(body, [...here, 'of', branch, 'body'], depth),
      )
    }
    if (operation.op !== 'loop') return []
    const inner = operation.count === 'forever' ? depth : depth + 1
    if (inner <= LOOP_DEPTH.max) return checkDepth(operation.body, [...here, 'body'], inner)
    return [notAllowed(pathText(here), inner, `${rangeText(LOOP_DEPTH)} counted loops inside one another`)]
  })
}

function checkTarget(scenario: Scenario, target: string, lwp: LwpTarget | undefined, at: Keys): Problem[] {
  if (target === 'self') return []
  if (lwp === 'self')
    return [notAllowed(pathText([...at, 'lwp']), lwp, "a number or 'any', outside process 'self'")]
  if (target === 'any') return []
  const process = scenario.processes.find(({ name }) => name === target)
  if (process === undefined) {
    const known = [...scenario.processes.map(({ name }) => name), 'self', 'any']
    return [unknownName(at, 'process', target, known)]
  }
  const last = lwpsEach(process) - 1
  if (typeof lwp !== 'number' || lwp <= last || createsLwps(scenario)) return []
  return [notAllowed(pathText([...at, 'lwp']), lwp, `0 to ${last}, or 'any'`)]
}

/** Then a process may have LWPs of higher numbers than it starts with. */
function createsLwps(scenario: Scenario): boolean {
  for (const { program, at } of programsOf(scenario)) {
    for (const { operation } of operationsOf(program, at)) if (operation.op === 'lwpCreate') return true
  }
  return false
}

function checkLwpPrograms(scenario: Scenario): Problem[] {
  return scenario.processes.flatMap((process, p) =>
    process.lwps.flatMap(({ program }, l) =>
      typeof program === 'string'
        ? checkProgramName(scenario, program, ['processes', p, 'lwps', l, 'program'])
        : [],
    ),
  )
}

function checkProgramName(scenario: Scenario, name: string, at: Keys): Problem[] {
  const known = Object.keys(scenario.programs ?? {})
  if (known.includes(name)) return []
  return [unknownName(at.slice(0, -1), 'program', name, known)]
}

function unknownName(at: Keys, field: string, name: unknown, known: readonly string[]): Problem {
  const allowed = known.length === 0 ? `the scenario declares no ${field}s` : choices(known)
  return notAllowed(pathText([...at, field]), name, allowed)
}

/** A page touched or transferred must be one of the process that runs the program. */
function checkPages(scenario: Scenario): Problem[] {
  const problems = new Map<string, Problem>()
  for (const process of scenario.processes) {
    const pages = process.pages ?? DEFAULT_PAGES
    for (const { program, at } of programsRunBy(scenario, process)) {
      for (const each of operationsOf(program, at)) {
        const problem = checkPage(process.name, pages, each.operation, each.at)
        if (problem !== undefined) problems.set(problem.path, problem)
      }
    }
  }
  return [...problems.values()]
}

function checkPage(name: string, pages: number, operation: Operation, at: Keys): Problem | undefined {
  const has = `process '${name}' has ${pages} pages`
  if (operation.op === 'touch') {
    const { page = 'any' } = operation
    if (page !== 'any' && page >= pages) return notAllowed(pathText([...at, 'page']), page, has)
  }
  if (
    (operation.op === 'vslock' || operation.op === 'physio') &&
    (operation.page ?? 0) + operation.pages > pages
  ) {
    return notAllowed(pathText([...at, 'pages']), operation.pages, has)
  }
  return undefined
}

/** The programs that LWPs of a process run, from its start or by fork and lwpCreate. */
function programsRunBy(
  scenario: Scenario,
  process: ProcessSpec,
): { program: readonly Operation[]; at: Keys }[] {
  const found: { program: readonly Operation[]; at: Keys }[] = []
  const names = new Set<string>()
  const index = scenario.processes.indexOf(process)
  for (const [l, { program }] of process.lwps.entries()) {
    if (typeof program === 'string') names.add(program)
    else found.push({ program, at: ['processes', index, 'lwps', l, 'program'] })
  }
  const called = (program: readonly Operation[]): void => {
    for (const { operation } of operationsOf(program, []))
      if ('program' in operation) names.add(operation.program)
  }
  for (const { program } of found) called(program)
  // A Set grows while it is walked, so names found on the way are walked too.
  for (const name of names) {
    const program = scenario.programs?.[name]
    if (program === undefined) continue
    found.push({ program, at: ['programs', name] })
    called(program)
  }
  return found
}
