;;; Formats and checks one draft in Emacs, the way a user would, and writes down what came of it.
;;; `run' says by the environment what to do and compares.
;;;
;;;   METHOD  format, save, reformatter, compile, flymake or flycheck
;;;   DRAFT   the file to open
;;;   RESULT  the file to write to
;;;   SNIPPETS  the folder with the set-ups

(require 'subr-x)
(prefer-coding-system 'utf-8-unix)

(defun test-finding (position severity rule)
  "A line about the finding of SEVERITY and RULE at POSITION, with the words that are there."
  (save-excursion
    (goto-char position)
    (format "%d %s %s %s\n" (line-number-at-pos) severity rule
            (buffer-substring-no-properties (point) (line-end-position)))))

(defun test-wait (done)
  "Wait until DONE answers non-nil, for ten seconds at most."
  (let ((deadline (+ (float-time) 10)))
    (while (not (funcall done))
      (when (> (float-time) deadline) (error "Nothing came of it in ten seconds"))
      (accept-process-output nil 0.05))))

;; Stands in for the package of that name.
(defmacro reformatter-define (name &rest options)
  `(defun ,(intern (format "%s-buffer" name)) ()
     (interactive)
     (apply #'call-process-region nil nil ,(plist-get options :program) t t nil
            ,(plist-get options :args))))

(defun test-reformatter ()
  (load (expand-file-name "reformatter.el" (getenv "SNIPPETS")))
  (call-interactively #'buckstop-format-buffer)
  (buffer-string))

(defun test-compile ()
  (setq compilation-skip-threshold 0)
  (let ((output (buckstop-check))
        (types '((2 . "error") (1 . "warning") (0 . "info")))
        (lines nil))
    (test-wait (lambda () (not (get-buffer-process output))))
    (ignore-error user-error ; which tells that there is no further finding
      (while t
        (next-error)
        (with-current-buffer output
          (looking-at ".*?\\[\\([^]]+\\)\\]"))
        (let* ((at (with-current-buffer output (point)))
               (type (compilation--message->type (get-text-property at 'compilation-message output)))
               (rule (with-current-buffer output (match-string-no-properties 1))))
          (push (test-finding (point) (cdr (assq type types)) rule) lines))))
    (apply #'concat (nreverse lines))))

(defun test-flymake ()
  (flymake-start nil t)
  (mapconcat (lambda (it)
               (unless (string-match-p "\\`[[:alnum:] ]+\\'"
                                       (buffer-substring-no-properties
                                        (flymake-diagnostic-beg it) (flymake-diagnostic-end it)))
                 (error "A finding has the wrong end"))
               (test-finding (flymake-diagnostic-beg it)
                             (cdr (assq (flymake-diagnostic-type it)
                                        '((:error . "error") (:warning . "warning") (:note . "info"))))
                             (replace-regexp-in-string "\\`.*\\[\\(.*\\)\\]\\'" "\\1"
                                                       (flymake-diagnostic-text it))))
             (sort (flymake-diagnostics)
                   (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b))))
             ""))

(defun test-flycheck ()
  (unless (flycheck-may-use-checker 'buckstop) (error "Flycheck refuses the checker"))
  (flycheck-select-checker 'buckstop)
  (flycheck-buffer)
  (test-wait (lambda () (eq flycheck-last-status-change 'finished)))
  (mapconcat (lambda (it)
               (test-finding (car (flycheck-error-region-for-mode it 'columns))
                             (flycheck-error-level it) (flycheck-error-id it)))
             (sort (copy-sequence flycheck-current-errors) #'flycheck-error-<)
             ""))

(let ((method (getenv "METHOD"))
      (result (getenv "RESULT")))
  (find-file (getenv "DRAFT"))
  (buffer-enable-undo)
  (let* ((text (pcase method
                 ("format" (call-interactively #'buckstop-format-buffer) (buffer-string))
                 ("save" (set-buffer-modified-p t) (save-buffer) (buffer-string))
                 ("reformatter" (test-reformatter))
                 ("compile" (test-compile))
                 ("flymake" (test-flymake))
                 ("flycheck" (test-flycheck))))
         (touched (format "%d\n%d\n" (if (buffer-modified-p) 1 0) (length buffer-undo-list)))
         (coding-system-for-write 'utf-8-unix))
    (write-region text nil result)
    (write-region touched nil (concat result ".touched"))))
