import type { Observer, Verdict, World } from '@holdfast/explorer'
import { INTERRUPT_KIND, outerSite } from '@holdfast/explorer'
