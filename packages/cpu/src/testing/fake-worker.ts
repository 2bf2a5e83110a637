import { serveCpu } from '../host/serve-cpu.js'
import { fakeTables } from './fake-kernel.js'

serveCpu(fakeTables)
