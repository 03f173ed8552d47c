import { type Command, Option } from 'commander'
import { run } from '../output.ts'

/** `unifare statistics`: public counts of closed days. */
export function addStatisticsProgram(program: Command): void {
  program
    .command('statistics')
    .description('public counts of closed days: cards, cities, lines, terminals, cross-city rides')
    .option('--data <folder>', 'data folder of a network', '.unifare/network')
    .option('--to <YYYY-MM-DD>', 'last day; all closed days without')
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'zh']).default('en'))
    .addOption(new Option('--json', 'print one JSON document on standard output'))
    .action((options) =>
      run(async () => (await import('./statistics/statistics.ts')).statistics(options)),
    )
}
