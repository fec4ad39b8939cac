-- Runs the set-ups for Neovim's plugins with stand-ins for the plugins: what conform.nvim and
-- nvim-lint would run is run, and what they would show is written down. `run` compares.
--
--   METHOD  conform, conform-range or nvim-lint
--   RESULT  the file to write to
--   SNIPPETS  the folder with the set-ups

local method, result, snippets = vim.env.METHOD, vim.env.RESULT, vim.env.SNIPPETS

local function draft()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
end

local function conform(lines)
  local options
  package.loaded["conform"] = { setup = function(it) options = it end }
  dofile(snippets .. "/conform.lua")
  assert(vim.deep_equal(options.formatters_by_ft[vim.bo.filetype], { "buckstop" }))
  local formatter = options.formatters.buckstop
  local args = formatter.args
  if lines then
    args = formatter.range_args(nil, { range = { start = { lines, 0 }, ["end"] = { lines, 0 } } })
  end
  local command = { formatter.command }
  for _, arg in ipairs(args) do
    table.insert(command, (arg:gsub("%$FILENAME", vim.api.nvim_buf_get_name(0))))
  end
  local output = vim.fn.system(command, draft())
  assert(vim.v.shell_error == 0, output)
  return output
end

local function lint()
  local stand_in = { linters = {}, linters_by_ft = {}, try_lint = function() end }
  package.loaded["lint"] = stand_in
  dofile(snippets .. "/nvim-lint.lua")
  assert(vim.deep_equal(stand_in.linters_by_ft[vim.bo.filetype], { "buckstop" }))
  local linter = stand_in.linters.buckstop
  local command = vim.list_extend({ linter.cmd }, linter.args)
  local diagnostics = linter.parser(vim.fn.system(command, draft()), 0)
  local space = vim.api.nvim_create_namespace("buckstop")
  vim.diagnostic.set(space, 0, diagnostics)
  local names = { "error", "warning", "info" }
  local lines = {}
  for _, it in ipairs(diagnostics) do
    local line = vim.api.nvim_buf_get_lines(0, it.lnum, it.lnum + 1, false)[1]
    assert(it.end_lnum == it.lnum and line:sub(it.col + 1, it.end_col):match("^[%w ]+$"))
    table.insert(lines, table.concat({ it.lnum + 1, names[it.severity], it.code, line:sub(it.col + 1) }, " ") .. "\n")
  end
  assert(#vim.diagnostic.get(0) == #lines)
  return table.concat(lines)
end

local methods = {
  ["conform"] = conform,
  ["conform-range"] = function() return conform(4) end,
  ["nvim-lint"] = lint,
}
local _, output = xpcall(methods[method], debug.traceback)
local file = assert(io.open(result, "w"))
file:write(output)
file:close()
vim.cmd("qall!")
