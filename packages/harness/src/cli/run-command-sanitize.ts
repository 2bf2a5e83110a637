import type { Patch } from '@holdfast/compiler'
import { patchesApart } from '../explore/campaign/loads-apart.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
import type { RunFlags } from './options.js'

/** How `run` watches, and which kernel it runs. */
export interface SanitizeChoices {
  readonly sanitize: boolean
  readonly chaos: boolean
  readonly all: boolean
  readonly variant: string
  readonly patches: readonly Patch[]
}

export const NOT_SANITIZED: SanitizeChoices = {
  sanitize: false,
  chaos: false,
  all: false,
  variant: '',
  patches: [],
}

/** Throws UsageError. */
export async function parseSanitizeFlags(flags: RunFlags): Promise<SanitizeChoices> {
  const { sanitize = false, chaos = false, all = false, variant = '' } = flags
  const needs = [...(chaos ? ['--chaos'] : []), ...(all ? ['--all'] : [])]
  if (!sanitize && needs.length > 0)
    throw new UsageError(needs.map((name) => notAllowed(name, 'given', 'with --sanitize only')))
  return { sanitize, chaos, all, variant, patches: await variantPatches(flags.variant) }
}

async function variantPatches(variant: string | undefined): Promise<readonly Patch[]> {
  try {
    return await patchesApart(variant)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError([notAllowed('--variant', variant, (error as Error).message)])
  }
}

/** The options as they are given on the command line. */
export function sanitizeText({ sanitize, chaos, all, variant }: SanitizeChoices): string {
  const options = [
    ...(sanitize ? ['--sanitize'] : []),
    ...(chaos ? ['--chaos'] : []),
    ...(all ? ['--all'] : []),
    ...(variant === '' ? [] : [`--variant ${variant}`]),
  ]
  return options.map((option) => ` ${option}`).join('')
}
