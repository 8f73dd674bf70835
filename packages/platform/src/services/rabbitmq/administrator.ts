import type { Step, StepContext } from "../definition.ts";
import { nodeEnvironment, nodeName } from "./node.ts";

/** Reads a user and a password from standard input and gives the node an administrator of that name. */
const script = String.raw`
Line = fun() -> string:trim(unicode:characters_to_binary(io:get_line(""))) end,
User = Line(), Password = Line(), By = <<"devstack">>,
Ask = fun(Function, Arguments) ->
    case rpc:call('${nodeName}', rabbit_auth_backend_internal, Function, Arguments, 10000) of
        ok -> ok;
        {error, {user_already_exists, _}} -> exists;
        Other -> io:format("~p: ~p~n", [Function, Other]), halt(1)
    end
end,
case Ask(add_user, [User, Password, By]) of
    exists -> Ask(change_password, [User, Password, By]);
    ok -> ok
end,
Ask(set_tags, [User, [administrator], By]),
halt(0).`;

/**
 * The administrator as the vault has it. The first boot makes it; in data from elsewhere, or after somebody changed
 * it, the vault's password is refused: then the node itself is told, by the cookie.
 */
export function administratorStep(done: Step["done"]): Step {
  return { name: "administrator", done, apply: tellNode };
}

async function tellNode({ run, execute }: StepContext): Promise<void> {
  await execute({
    program: "erl",
    args: [
      "-noshell",
      "-hidden",
      "-sname",
      "devstack-administrator@localhost",
      "-start_epmd",
      "false",
      "-eval",
      script,
    ],
    env: nodeEnvironment(run),
    input: `${run.secret("rabbitmq-admin", "user")}\n${run.secret("rabbitmq-admin", "password")}\n`,
  });
}
