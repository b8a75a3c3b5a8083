---@meta
-- Made of the rows in src/providers/segment. Rewrite with: UPDATE=1 cargo test generated

---@class segment.list_sources.args
---@field slug string The workspace's slug, e.g. `my-workspace`, or its id.

---@class segment.list_sources.result.sources
---@field id string Its id.
---@field name string Its name, else its slug.
---@field slug string Its slug.
---@field enabled boolean Whether it takes events.
---@field type string What kind of source it is, e.g. `javascript`.
---@field write_key? string Its first write key, unless the token may not see keys.
---@field write_keys any[] All of its write keys.

---@class segment.list_sources.result
---@field total integer How many there are.
---@field sources segment.list_sources.result.sources[] The sources.

---@class segment.get_source.args
---@field slug string The workspace's slug, e.g. `my-workspace`, or its id.
---@field id string The source's id, e.g. `abc123`, or its slug.

---@class segment.get_source.result
---@field id string Its id.
---@field name string Its name, else its slug.
---@field slug string Its slug.
---@field enabled boolean Whether it takes events.
---@field type string What kind of source it is, e.g. `javascript`.
---@field write_key? string Its first write key, unless the token may not see keys.
---@field write_keys any[] All of its write keys.
---@field write_key_hidden? boolean True when the token may not see keys.
---@field tracking_plan_id? string The tracking plan connected to it.

---@class segment.identify_user.args
---@field userId? string|integer The unique identifier of the user in your database.
---@field traits? table<string, any> What is known about the user: `name`, `email`, `plan`, `role`, `company`, …
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.identify_user.result
---@field success boolean True: Segment's edge took the event. It checks the key and the event later.
---@field status string `sent`.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`.

---@class segment.track_event.args
---@field event string Name of the action, e.g. `Order Completed`.
---@field userId? string|integer The unique identifier of the user in your database.
---@field properties? table<string, any> Anything worth knowing about the action: `revenue`, `currency`, `productId`, …
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.track_event.result
---@field success boolean True: Segment's edge took the event. It checks the key and the event later.
---@field status string `sent`.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`.

---@class segment.page_view.args
---@field name? string Name of the page, e.g. `Product Listing`.
---@field userId? string|integer The unique identifier of the user in your database.
---@field properties? table<string, any> What describes the page: `url`, `path`, `title`, `referrer`, …
---@field category? string Category of the page, e.g. `Docs`.
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.page_view.result
---@field success boolean True: Segment's edge took the event. It checks the key and the event later.
---@field status string `sent`.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`.

---@class segment.group.args
---@field groupId string|integer The unique identifier of the group in your database.
---@field userId? string|integer The unique identifier of the user in your database.
---@field traits? table<string, any> What is known about the group: `name`, `plan`, `industry`, `employee_count`, …
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.group.result
---@field success boolean True: Segment's edge took the event. It checks the key and the event later.
---@field status string `sent`.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`.

---@class segment.screen.args
---@field name? string Name of the screen, e.g. `Checkout`.
---@field userId? string|integer The unique identifier of the user in your database.
---@field properties? table<string, any> What describes the screen.
---@field category? string Category of the screen.
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.screen.result
---@field success boolean True: Segment's edge took the event. It checks the key and the event later.
---@field status string `sent`.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`.

---@class segment.alias.args
---@field previousId string|integer The id used until now.
---@field userId string|integer The id used from now on.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.alias.result
---@field success boolean True: Segment's edge took the event. It checks the key and the event later.
---@field status string `sent`.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`.

---@class segment.batch.args
---@field batch table<string, any>[] The events: each a `type` (`identify`, `track`, `page`, `screen`, `group` or `alias`) and what the function of that name takes.
---@field context? table<string, any> Merged into the context of every event.
---@field integrations? table<string, any> Which destinations get the events that do not say so themselves.

---@class segment.batch.result
---@field success boolean True: Segment's edge took the batch.
---@field status string `sent`.
---@field count integer How many events it held.
---@field message_ids any[] The ids Segment deduplicates by, in order.
---@field accepted_by string The region that took it, `us`, `eu`, or `emulator`.

---@class segment.list_users.result.users
---@field id string Its id.
---@field name string The person's name.
---@field email string The person's e-mail address.
---@field permissions any[] What the person may do, role by role.

---@class segment.list_users.result
---@field users segment.list_users.result.users[] The members.

---@class segment.get_workspace.args
---@field slug string The workspace's slug, e.g. `my-workspace`, or its id.

---@class segment.get_workspace.result
---@field id string Its id.
---@field name string Its name.
---@field slug string Its slug.

---@class segment.get_current_user.result
---@field authenticated boolean True: the token works.
---@field kind string `workspace_token`.
---@field identity string `token`, or `declared` when `user_email` was found.
---@field id string Id of the person, else of the workspace.
---@field name string Name of the person, else of the token's workspace.
---@field email string The person's e-mail address, else empty.
---@field workspace table<string, any> The workspace: `id`, `name`, `slug`.
---@field region string Where the workspace lives, `us` or `eu`.
---@field permissions? any[] What the person may do; only when `declared`.
---@field note string What the answer does not prove.

---Every function of Segment, on one account.
---@class segment.functions
local functions = {}

---List all sources of a workspace.
---@param args segment.list_sources.args
---@overload fun(slug: string): segment.list_sources.result
---@return segment.list_sources.result
function functions.list_sources(args) end
functions.segment_list_sources = functions.list_sources

---Get one source of a workspace by its id.
---@param args segment.get_source.args
---@overload fun(slug: string, id: string): segment.get_source.result
---@return segment.get_source.result
function functions.get_source(args) end
functions.segment_get_source = functions.get_source

---Tie traits such as name, e-mail and plan to a user, so that everything they do is attributed to one person.
---@param args segment.identify_user.args
---@overload fun(userId?: string|integer, traits?: table<string, any>): segment.identify_user.result
---@return segment.identify_user.result
function functions.identify_user(args) end
functions.identify = functions.identify_user
functions.segment_identify = functions.identify_user

---Record one action a user performed, with any properties worth knowing.
---@param args segment.track_event.args
---@overload fun(event: string, userId?: string|integer, properties?: table<string, any>): segment.track_event.result
---@return segment.track_event.result
function functions.track_event(args) end
functions.track = functions.track_event
functions.segment_track = functions.track_event

---Record that a user viewed a page of a website.
---@param args segment.page_view.args
---@overload fun(name?: string, userId?: string|integer, properties?: table<string, any>): segment.page_view.result
---@return segment.page_view.result
function functions.page_view(args) end
functions.page = functions.page_view
functions.segment_page = functions.page_view

---Put a user into a group such as a company, an organization or an account, and tie traits to the group.
---@param args segment.group.args
---@overload fun(groupId: string|integer, userId?: string|integer, traits?: table<string, any>): segment.group.result
---@return segment.group.result
function functions.group(args) end
functions.segment_group = functions.group
functions.group_user = functions.group

---Record that a user viewed a screen of a mobile or desktop app.
---@param args segment.screen.args
---@overload fun(name?: string, userId?: string|integer, properties?: table<string, any>): segment.screen.result
---@return segment.screen.result
function functions.screen(args) end
functions.screen_view = functions.screen
functions.segment_screen = functions.screen

---Join two ids of the same person: what happened under `previousId` belongs to `userId` from now on.
---@param args segment.alias.args
---@overload fun(previousId: string|integer, userId: string|integer): segment.alias.result
---@return segment.alias.result
function functions.alias(args) end
functions.alias_user = functions.alias
functions.segment_alias = functions.alias

---Send many events of any kind in one request.
---@param args segment.batch.args
---@overload fun(batch: table<string, any>[]): segment.batch.result
---@return segment.batch.result
function functions.batch(args) end
functions.send_batch = functions.batch
functions.segment_batch = functions.batch

---List the members of the workspace.
---@param args? {}
---@return segment.list_users.result
function functions.list_users(args) end
functions.segment_list_users = functions.list_users

---Get a workspace by its slug.
---@param args segment.get_workspace.args
---@overload fun(slug: string): segment.get_workspace.result
---@return segment.get_workspace.result
function functions.get_workspace(args) end
functions.segment_get_workspace = functions.get_workspace

---Say whom the API token stands for. Good for checking credentials.
---@param args? {}
---@return segment.get_current_user.result
function functions.get_current_user(args) end
functions.segment_get_current_user = functions.get_current_user
functions.whoami = functions.get_current_user

---Customer data platform: send events about people and companies, and look after the workspace that receives them.
---@class segment: segment.functions
---@field default segment.functions the default account
---@field [string] segment.functions an account by name

---@class app.integrations
---@field segment segment
