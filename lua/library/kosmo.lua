---@meta
-- The globals of a kosmo script, for editors that use the Lua language server. Point its setting
-- `workspace.library` at this folder. A provider's functions are in the file of its name.

---@class app.integrations

---@class app
---@field integrations app.integrations every provider's functions
---@field mcp table<string, table<string, fun(args?: table): any>> the tools of every configured MCP server, by server
app = {}

---What a failed call raises. `tostring(e)` is its message.
---@class kosmo.error
---@field code string stable and machine-readable
---@field message string what failed
---@field hint? string what to do about it
---@field http_status? integer what the service answered with
---@field retryable boolean whether the same call may succeed later without any change
---@field retry_after_ms? integer how long the service asked to wait
---@field run_id? string the call in the journal
---@field effect "none"|"done"|"unknown" whether anything was changed
---@field param? string the parameter at fault
---@field at? string where in the script, as `name:line`
---@field detail? any anything else worth knowing

---What was given with `--input`; nil when nothing was.
---@type any
input = nil

---The words after `--`; `arg[0]` is the script's name.
---@type string[]
arg = {}

---Prints its arguments with tabs between them. Tables are printed whole, keys sorted.
---@param ... any
function print(...) end

---Prints a value and returns it.
---@generic T
---@param value T
---@return T
function dump(value) end

---An iterator over every item of a function that lists, fetching pages as they are needed.
---@param fn fun(args: table): any
---@param args? table
---@return fun(): any
function paginate(fn, args) end

---MCP servers by name. A server starts when something is first asked of it.
---@class mcplib
mcp = {}

---The configured servers by name. Starts none.
---@return table<string, table>
function mcp.servers() end

---The tools of a server, or of every trusted one.
---@param server? string
---@return table[]
function mcp.tools(server) end

---What is known of a tool, with the schema of its arguments.
---@param name string `server.tool`
---@return table
function mcp.schema(name) end

---Calls a tool.
---@param name string `server.tool`
---@param args? table
---@return any
function mcp.call(name, args) end

---@param server string
---@return table[]
function mcp.resources(server) end

---@param server string
---@param uri string
---@return table
function mcp.read_resource(server, uri) end

---@param server string
---@return table[]
function mcp.prompts(server) end

---@param server string
---@param name string
---@param args? table<string, string>
---@return table
function mcp.get_prompt(server, name, args) end

---@class docslib
docs = {}

---Every page there is.
---@return string
function docs.list() end

---`provider.function - description` lines, best first; empty when nothing fits.
---@param query string
---@return string
function docs.search(query) end

---A page: a provider, a resource group, a function by any of its names, or a guide. An unknown one
---answers with the nearest pages.
---@param page? string
---@return string
function docs.read(page) end

---@class jsonlib
---@field null userdata stands for null
json = {}

---JSON text, indented by four blanks with sorted keys unless `pretty` is false.
---@param value any
---@param opts? { pretty?: boolean }
---@return string
function json.encode(value, opts) end

---The value of a JSON text. Null becomes nil, or `json.null` when `null` is true.
---@param text string
---@param opts? { null?: boolean }
---@return any
function json.decode(text, opts) end

---The same table, encoded as a list even when it is empty.
---@generic T: table
---@param list T
---@return T
function json.array(list) end

---The same table, encoded as an object even when it is empty.
---@generic T: table
---@param map T
---@return T
function json.object(map) end

---@class regexlib
regex = {}

---The first match: element 1 is all of it, the groups follow, named ones also by name; nil when
---nothing matches.
---@param subject string
---@param pattern string bare, or `/between slashes/imsxu`
---@param flags? integer 256 for `{text, offset}`, 512 for `json.null` where a group did not match
---@return table<integer|string, any>?
function regex.match(subject, pattern, flags) end

---Every match, grouped by group; by match with flag 2.
---@param subject string
---@param pattern string
---@param flags? integer
---@return table<integer|string, any>
function regex.match_all(subject, pattern, flags) end

---The subject with matches replaced; `$1`, `${1}` and `\1` stand for groups.
---@param subject string
---@param pattern string
---@param replacement string
---@param limit? integer replace at most so many
---@return string
function regex.gsub(subject, pattern, replacement, limit) end

---@class tasklib
task = {}

---Calls `fn` with every item, many at once, and returns the results in order. The first error is
---raised and the rest is cancelled.
---@generic T, R
---@param items T[]
---@param fn fun(item: T, index: integer): R
---@param opts? { concurrency?: integer } 8 unless given
---@return R[]
function task.map(items, fn, opts) end

---@class task
local handle = {}

---Waits for the task and returns what its function returned, or raises its error.
---@return any ...
function handle:await() end

---Ends the task; what it has sent is sent.
function handle:cancel() end

---Starts a function beside the script. The script ends when all its tasks have ended.
---@param fn fun(...: any): any
---@param ... any
---@return task
function task.spawn(fn, ...) end

---Runs functions or tasks side by side and returns their results in order. The first error is
---raised and the rest is cancelled.
---@param list (task|fun(): any)[]
---@return any[]
function task.all(list) end

---Pauses without using CPU time.
---@param seconds number
function task.wait(seconds) end
