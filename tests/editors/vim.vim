" Formats and checks one draft in Vim or Neovim, the way a user would, and writes down what came
" of it. `run` says by the environment what to do and compares.
"
"   METHOD  gq, equal, line, save or make
"   RESULT  the file to write to

function! s:findings() abort
  let names = {'e': 'error', 'w': 'warning', 'i': 'info'}
  let lines = []
  for number in range(1, len(getqflist()))
    execute 'silent cc' number
    let finding = getqflist()[number - 1]
    let rule = matchstr(finding.text, '^\[\zs[^]]*\ze\]')
    let words = strpart(getline('.'), col('.') - 1)
    call add(lines, join([line('.'), names[finding.type], rule, words]))
  endfor
  return lines
endfunction

function! s:result(method) abort
  if a:method ==# 'gq'
    normal! gggqG
  elseif a:method ==# 'equal'
    normal! gg=G
  elseif a:method ==# 'line'
    normal! 4Ggqgq
  elseif a:method ==# 'save'
    write
    return readfile(expand('%'))
  elseif a:method ==# 'make'
    silent make!
    return s:findings()
  endif
  return getline(1, '$')
endfunction

try
  call writefile(s:result($METHOD), $RESULT)
  " Whether the draft was touched, and how many changes can be undone.
  call writefile([&modified, undotree().seq_last], $RESULT . '.touched')
catch
  call writefile([v:throwpoint, v:exception], $RESULT)
endtry
qall!
