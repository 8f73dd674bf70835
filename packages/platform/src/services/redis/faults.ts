import type { Fault, Run, StepContext } from "../definition.ts";

/** One instance runs without cluster mode, and the others form a cluster without it. */
export function standaloneNode(instance: string): Fault {
  const without = (run: Run): Run => ({
    ...run,
    peers: run.peers.filter((peer) => peer.instance !== instance),
  });
  const among = (context: StepContext): StepContext => ({ ...context, run: without(context.run) });
  return {
    summary: `${instance} runs without cluster mode`,
    change: (definition) => ({
      ...definition,
      render: (run) =>
        definition.render(run).map((file) => ({
          ...file,
          content:
            run.instance === instance
              ? file.content.replace('cluster-enabled "yes"', 'cluster-enabled "no"')
              : file.content,
        })),
      initialise: definition.initialise.map((step) => ({
        ...step,
        done: async (context) => step.done(among(context)),
        apply: async (context) => step.apply(among(context)),
      })),
      ready: async (run, signal) => definition.ready(without(run), signal),
    }),
  };
}
