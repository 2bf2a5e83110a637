import { netbsdTables } from '../netbsd.js'
import { serveCpu } from './serve-cpu.js'

serveCpu(netbsdTables)
