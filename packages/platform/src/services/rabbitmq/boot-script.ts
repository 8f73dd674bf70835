import { unfinishedFile } from "./first-boot.ts";

/**
 * Erlang that the virtual machine evaluates before it boots the broker (`file:eval/1`). RabbitMQ spends its start on
 * loading code: this takes it from 4.4 s to 0.9 s and 3.6 to 1.1 CPU seconds, and the stop from 6.1 s to 0.1 s.
 */
export const bootScript = String.raw`
%% SIGTERM stops the applications in order, as rabbitmqctl stop does, then the virtual machine. By itself it would stop
%% the machine under them: then the handler of statistics asks processes that are gone already and waits 5 s for their
%% answer, long after the message stores are closed. So that one leaves first.
Signals = whereis(erl_signal_server),
Relay = fun Relay() ->
    receive
        {notify, sigterm} ->
            catch gen_event:delete_handler(rabbit_event, rabbit_mgmt_db_handler, []),
            try rabbit:stop() after erlang:halt(0) end;
        Other ->
            Signals ! Other,
            Relay()
    end
end,
unregister(erl_signal_server),
register(erl_signal_server, spawn(Relay)),

%% A first boot that was cut off is begun anew.
Data = os:getenv("RABBITMQ_MNESIA_BASE"),
Unfinished = "${unfinishedFile}",
case filelib:is_regular(filename:join(Data, Unfinished)) of
    true ->
        {ok, Left} = file:list_dir(Data),
        [ok = file:del_dir_r(filename:join(Data, Name)) || Name <- Left, Name =/= Unfinished];
    false ->
        ok
end,

%% Which applications the broker consists of: by their own descriptions, from the enabled plugin down.
Home = filename:join(os:getenv("RABBITMQ_HOME"), "plugins"),
{ok, Names} = file:list_dir(Home),
Plugins = maps:from_list([{list_to_atom(App), Name} || Name <- Names, [App, _] <- [string:split(Name, "-", trailing)]]),
FolderOf = fun
    (App) when is_map_key(App, Plugins) -> filename:join(Home, map_get(App, Plugins));
    (App) -> code:lib_dir(App)
end,
Collect = fun
    Collect([], Found) -> Found;
    Collect([App | Rest], Found) when is_map_key(App, Found) -> Collect(Rest, Found);
    Collect([App | Rest], Found) ->
        case FolderOf(App) of
            {error, bad_name} ->
                Collect(Rest, Found);
            Folder ->
                File = filename:join([Folder, "ebin", atom_to_list(App) ++ ".app"]),
                {ok, [{application, App, Keys}]} = file:consult(File),
                Collect(proplists:get_value(applications, Keys, []) ++ Rest, Found#{App => Keys})
        end
end,
Apps = maps:to_list(Collect([rabbit, rabbitmq_prelaunch, rabbitmq_management], #{})),

%% The broker reads the description and the configuration schema of every plugin in its folder, enabled or not, and
%% looks for every module in each folder of the code path: so it gets a folder that links to what it needs alone.
Links = os:getenv("RABBITMQ_PLUGINS_DIR"),
case file:del_dir_r(Links) of ok -> ok; {error, enoent} -> ok end,
ok = file:make_dir(Links),
lists:foreach(fun({App, _}) ->
    Link = filename:join(Links, map_get(App, Plugins)),
    ok = file:make_symlink(FolderOf(App), Link),
    true = code:add_pathz(filename:join(Link, "ebin"))
end, [Each || {App, _} = Each <- Apps, is_map_key(App, Plugins)]),

%% The broker looks for its boot steps in every module of every loaded application, and so loads all of them. Boot steps
%% are in applications that build on it: the others are made known to it without their lists of modules. Khepri, from
%% RabbitMQ 3.13 on, looks at its own list.
OfBroker = fun({App, Keys}) ->
    Core = [rabbit, rabbit_common, rabbitmq_prelaunch, khepri],
    lists:any(fun(Name) -> lists:member(Name, Core) end, [App | proplists:get_value(applications, Keys, [])])
end,
{Own, Foreign} = lists:partition(OfBroker, Apps),
lists:foreach(fun({App, Keys}) ->
    application:load({application, App, lists:keystore(modules, 1, Keys, {modules, []})})
end, Foreign),

%% What is loaded in one batch takes a quarter of the time that it takes one by one. Of the foreign applications these
%% are used nearly whole; from the others modules come as they are called.
Whole = [kernel, stdlib, sasl, compiler, mnesia, ra, osiris, ranch, cowboy, cuttlefish, systemd, syslog, jsx,
    credentials_obfuscation, aten, seshat],
Batch = Own ++ [Each || {App, _} = Each <- Foreign, lists:member(App, Whole)],
code:ensure_modules_loaded(lists:append([proplists:get_value(modules, Keys, []) || {_, Keys} <- Batch])),
ok.
`.trimStart();
