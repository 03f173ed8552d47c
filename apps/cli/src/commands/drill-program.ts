import { type Command, InvalidArgumentError, Option } from 'commander'
import { run } from '../output.ts'

const DEFAULT_TIMES = 300

/** `unifare drill`: cuts on purpose, and the sums of money before and after. */
export function addDrillProgram(program: Command): void {
  program
    .command('drill')
    .description('cut at random steps, recover, and print the sums of money')
    .argument('<subject>', 'tear: rides under cuts; load: load orders under cuts')
    .option('--seed <text>', 'the same seed repeats the same drill', '1')
    .addOption(
      new Option('--times <n>', 'how often: rides, orders')
        .default(DEFAULT_TIMES)
        .argParser((text) => {
          const times = Number(text)
          if (!/^\d+$/.test(text) || times < 1 || times > 100_000) {
            throw new InvalidArgumentError('a whole number from 1 to 100000 is needed')
          }
          return times
        }),
    )
    .addOption(
      new Option('--lang <language>', 'language of the table').choices(['en', 'zh']).default('en'),
    )
    .addOption(new Option('--json', 'print one JSON document on standard output'))
    .action((subject, options) =>
      run(async () => (await import('./drill.ts')).drill(subject, options)),
    )
}
