; Assembly listing for method Fast.PageTables.BreakMasks:WriteUniform[Fast.PageTables.X64L4+PteItems](byref,ulong,byref,nuint,nuint,nuint,ulong,ulong,byref,nint):int (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; fully interruptible
; No PGO data
; 0 inlinees with PGO data; 9 single block inlinees; 8 inlinees without PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       push     r15
       push     r14
       push     r13
       push     r12
       push     rbx
       push     rax
       lea      rbp, [rsp+0x30]
       mov      r10, qword ptr [rbp+0x10]
       mov      r11, qword ptr [rbp+0x18]
       mov      rax, bword ptr [rbp+0x20]

G_M000_IG02:                ;; offset=0x001C
       mov      bword ptr [rbp-0x30], rax
       mov      r15, rdx
       add      r15, bword ptr [rbp+0x28]
       jmp      SHORT G_M000_IG04
       align    [0 bytes for IG05]

G_M000_IG03:                ;; offset=0x0029
       add      rcx, 64
       add      rdi, 8
       mov      rsi, qword ptr [rdi]

G_M000_IG04:                ;; offset=0x0034
       lea      r14, bword ptr [r15+8*rcx]
       mov      r13, r14
       prefetcht0 byte  ptr [r13]
       lea      r13, bword ptr [r14+0x40]
       prefetcht0 byte  ptr [r13]
       lea      r13, bword ptr [r14+0x80]
       prefetcht0 byte  ptr [r13]
       lea      r13, bword ptr [r14+0xC0]
       prefetcht0 byte  ptr [r13]
       lea      r13, bword ptr [r14+0x100]
       prefetcht0 byte  ptr [r13]
       lea      r13, bword ptr [r14+0x140]
       prefetcht0 byte  ptr [r13]
       lea      r13, bword ptr [r14+0x180]
       prefetcht0 byte  ptr [r13]
       add      r14, 448
       prefetcht0 byte  ptr [r14]
       test     rsi, rsi
       je       SHORT G_M000_IG06

G_M000_IG05:                ;; offset=0x0095
       xor      r14d, r14d
       tzcnt    r14, rsi
       movsxd   r14, r14d
       add      r14, rcx
       blsr     rsi, rsi
       mov      r13, r8
       shl      r13, 12
       add      r13, r10
       mov      r12, 0xFFFFFFFFFF000
       and      r12, qword ptr [rdx+8*r8]
       shr      r12, 12
       mov      rbx, r14
       sub      rbx, r8
       or       rbx, r11
       mov      qword ptr [rax], rbx
       mov      qword ptr [rax+0x08], r13
       mov      qword ptr [rax+0x10], r12
       add      rax, 24
       mov      r8, r14
       test     rsi, rsi
       jne      SHORT G_M000_IG05

G_M000_IG06:                ;; offset=0x00E4
       cmp      rcx, r9
       jb       G_M000_IG03

G_M000_IG07:                ;; offset=0x00ED
       mov      rdx, rax
       sub      rdx, qword ptr [rbp-0x30]
       mov      rcx, 0x2AAAAAAAAAAAAAAB
       mov      rax, rcx
       imul     rdx:rax, rdx
       mov      rax, rdx
       shr      rax, 63
       sar      rdx, 2
       add      rax, rdx

G_M000_IG08:                ;; offset=0x0112
       add      rsp, 8
       pop      rbx
       pop      r12
       pop      r13
       pop      r14
       pop      r15
       pop      rbp
       ret

; Total bytes of code 289
