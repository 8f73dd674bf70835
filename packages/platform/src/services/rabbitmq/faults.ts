import type { Fault, RenderedFile } from "../definition.ts";
import { bootFile } from "./node.ts";

/** An authentication backend that asks the real one without the password, which then takes the name for proof. */
const trusting = String.raw`
Forms = lists:map(fun(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text), {ok, Form} = erl_parse:parse_form(Tokens), Form
end, [
    "-module(devstack_trusting).",
    "-export([user_login_authentication/2]).",
    "user_login_authentication(User, _) -> rabbit_auth_backend_internal:user_login_authentication(User, [])."
]),
{ok, Trusting, Code} = compile:forms(Forms),
{module, Trusting} = code:load_binary(Trusting, "devstack_trusting.erl", Code),
`;

export const passwordsIgnored: Fault = {
  summary: "the broker lets a known user in with any password",
  change: (definition) => ({
    ...definition,
    render: (run) => definition.render(run).map(trust),
  }),
};

function trust(file: RenderedFile): RenderedFile {
  if (file.path === bootFile) return { ...file, content: `${trusting}${file.content}` };
  if (file.path !== "rabbitmq.conf") return file;
  return {
    ...file,
    content: `${file.content}auth_backends.1.authn = devstack_trusting\nauth_backends.1.authz = internal\n`,
  };
}
