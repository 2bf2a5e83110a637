#!/usr/bin/env node
import { main } from './cli/main.js'

// A reader that has seen enough closes the pipe: that is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exit(await main(process.argv.slice(2)))
