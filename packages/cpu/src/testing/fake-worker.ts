import { serveCpu } from '../serve-cpu.js'
import { fakeTables } from './fake-kernel.js'

serveCpu(fakeTables)
