; Assembly listing for method Fast.PageTables.RunScannerVector512BreakMask:Fast.PageTables.IBreakSteps.Scan[Fast.PageTables.X64L4+PteItems](byref,nuint,nuint,byref,byref):bool (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; fully interruptible
; No PGO data
; 0 inlinees with PGO data; 49 single block inlinees; 13 inlinees without PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       push     r15
       push     r14
       push     r13
       push     r12
       push     rbx
       sub      rsp, 56
       lea      rbp, [rsp+0x60]
       mov      qword ptr [rbp-0x58], COOKIE
       mov      r9, rdi
       mov      rdi, rdx
       mov      rax, rsi
       mov      rsi, r8
       mov      r8, rcx

G_M000_IG02:                ;; offset=0x002A
       test     dword ptr [rsp], esp
       sub      rsp, 80
       lea      rdx, [rsp]
       xor      ecx, ecx
       mov      r10, qword ptr [r9+8*rax]
       mov      r11, qword ptr [r8+0x08]
       mov      ebx, 6
       andn     r11, r11, rbx
       mov      rbx, 0x8000000000000000
       and      rbx, qword ptr [r8+0x10]
       or       r11, rbx
       mov      rbx, 0x8000000000000006
       andn     r11, r11, rbx
       mov      rbx, 0xFFFFFFFFFF001
       or       r11, rbx
       cmp      byte  ptr [rsi+0x14], 0
       je       SHORT G_M000_IG04

G_M000_IG03:                ;; offset=0x007C
       test     r10b, 1
       jne      SHORT G_M000_IG05

G_M000_IG04:                ;; offset=0x0082
       xor      ebx, ebx
       jmp      G_M000_IG08
       align    [0 bytes for IG09]

G_M000_IG05:                ;; offset=0x0089
       mov      rbx, 0xFFFFFFFFFF000
       and      rbx, r10
       shr      rbx, 12
       mov      r15, qword ptr [r8+0x08]
       mov      bword ptr [rbp-0x48], r8
       mov      r14, qword ptr [r8+0x10]
       mov      r13d, dword ptr [rsi+0x10]
       dec      r13d
       mov      r12d, dword ptr [rsi+0x08]
       cmp      r13d, r12d
       jae      G_M000_IG23
       mov      r12, bword ptr [rsi]
       lea      r13, [r13+2*r13]
       mov      qword ptr [rbp-0x40], r13
       lea      r12, bword ptr [r12+8*r13]
       mov      r13, qword ptr [r12+0x10]
       mov      qword ptr [rbp-0x38], r13
       mov      r13, 0xFFFFFFFFFFFFFF
       and      r13, qword ptr [r12]
       add      r13, qword ptr [rbp-0x38]
       cmp      r13, rbx
       je       SHORT G_M000_IG06
       xor      ebx, ebx
       mov      bword ptr [rbp-0x50], rsi
       jmp      SHORT G_M000_IG07

G_M000_IG06:                ;; offset=0x00F2
       mov      bword ptr [rbp-0x50], rsi
       mov      rbx, bword ptr [rsi]
       mov      r13, qword ptr [rbp-0x40]
       mov      rbx, qword ptr [rbx+8*r13]
       shr      rbx, 56
       or       r14, r10
       not      r14
       shr      r14, 61
       and      r14d, 4
       mov      r13d, r15d
       and      r13d, r10d
       and      r13d, 2
       or       r13d, 1
       or       r14d, r13d
       and      r15d, r10d
       and      r15d, 4
       add      r15d, r15d
       or       r15d, r14d
       cmp      ebx, r15d
       sete     bl
       movzx    rbx, bl

G_M000_IG07:                ;; offset=0x013A
       mov      rsi, bword ptr [rbp-0x50]
       mov      r8, bword ptr [rbp-0x48]

G_M000_IG08:                ;; offset=0x0142
       movzx    rbx, bl
       and      r10, r11
       add      r10, -0x1000
       mov      r15, -1
       test     ebx, ebx
       cmove    r10, r15
       vpbroadcastq zmm0, r11
       vbroadcastsd zmm1, qword ptr [reloc @RWD00]
       vpbroadcastq zmm2, r10
       mov      r10, rax
       cmp      r10, rdi
       mov      bword ptr [rbp-0x50], rsi
       mov      bword ptr [rbp-0x48], r8
       jae      G_M000_IG11

G_M000_IG09:                ;; offset=0x0189
       vpandd   zmm3, zmm0, zmmword ptr [r9+8*r10]
       vpandd   zmm4, zmm0, zmmword ptr [r9+8*r10+0x40]
       vpandd   zmm5, zmm0, zmmword ptr [r9+8*r10+0x80]
       vpandd   zmm6, zmm0, zmmword ptr [r9+8*r10+0xC0]
       vpandd   zmm7, zmm0, zmmword ptr [r9+8*r10+0x100]
       vpandd   zmm8, zmm0, zmmword ptr [r9+8*r10+0x140]
       vpandd   zmm9, zmm0, zmmword ptr [r9+8*r10+0x180]
       vpandd   zmm10, zmm0, zmmword ptr [r9+8*r10+0x1C0]
       valignq  zmm2, zmm3, zmm2, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm3
       kmovb    r11d, k1
       valignq  zmm2, zmm4, zmm3, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm4
       kmovb    ebx, k1
       valignq  zmm2, zmm5, zmm4, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm5
       kmovb    r15d, k1
       valignq  zmm2, zmm6, zmm5, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm6
       kmovb    r14d, k1
       valignq  zmm2, zmm7, zmm6, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm7
       kmovb    r13d, k1
       valignq  zmm2, zmm8, zmm7, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm8
       kmovb    r12d, k1
       valignq  zmm2, zmm9, zmm8, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm9
       kmovb    r8d, k1
       valignq  zmm2, zmm10, zmm9, 7
       vpaddq   zmm2, zmm2, zmm1
       vpcmpeqq k1, zmm2, zmm10
       kmovb    esi, k1
       vmovaps  zmm2, zmm10
       shl      rbx, 8
       or       r11, rbx
       shl      r15, 16
       or       r11, r15
       shl      r14, 24
       or       r11, r14
       shl      r13, 32
       or       r11, r13
       shl      r12, 40
       or       r11, r12
       shl      r8, 48
       or       r8, r11
       shl      rsi, 56
       or       rsi, r8
       not      rsi
       mov      r8, r10
       sub      r8, rax
       shr      r8, 6
       mov      qword ptr [rdx+8*r8], rsi
       or       rcx, rsi
       add      r10, 64
       cmp      r10, rdi

G_M000_IG10:                ;; offset=0x02D2
       jb       G_M000_IG09

G_M000_IG11:                ;; offset=0x02D8
       test     rcx, rcx
       jne      SHORT G_M000_IG13

G_M000_IG12:                ;; offset=0x02DD
       sub      rdi, rax
       mov      r9, bword ptr [rbp-0x50]
       mov      eax, dword ptr [r9+0x10]
       dec      eax
       cmp      eax, dword ptr [r9+0x08]
       jae      G_M000_IG23
       mov      rdx, bword ptr [r9]
       mov      esi, eax
       lea      rsi, [rsi+2*rsi]
       lea      rsi, bword ptr [rdx+8*rsi]
       mov      rdx, rsi
       mov      rcx, qword ptr [rsi+0x08]
       mov      r8, qword ptr [rsi+0x10]
       mov      rax, 0xFFFFFFFFFFFFFF
       and      rax, qword ptr [rsi]
       add      rax, rdi
       mov      rsi, qword ptr [rsi]
       shr      rsi, 56
       movsxd   rsi, esi
       shl      rsi, 56
       or       rsi, rax
       mov      qword ptr [rdx], rsi
       mov      qword ptr [rdx+0x08], rcx
       mov      qword ptr [rdx+0x10], r8
       mov      esi, dword ptr [r9+0x10]
       mov      dword ptr [r9+0x10], esi
       mov      byte  ptr [r9+0x14], 1
       add      r9, 24
       add      qword ptr [r9], rdi
       jmp      SHORT G_M000_IG17
       align    [0 bytes for IG14]

G_M000_IG13:                ;; offset=0x034E
       mov      qword ptr [rbp-0x30], rdi
       mov      rsi, rdi
       sub      rsi, rax
       mov      r10, bword ptr [rbp-0x50]
       mov      ecx, dword ptr [r10+0x08]
       sub      ecx, dword ptr [r10+0x10]
       movsxd   r8, ecx
       cmp      r8, rsi
       jae      SHORT G_M000_IG16
       xor      r8d, r8d
       shr      rsi, 6
       je       SHORT G_M000_IG15

G_M000_IG14:                ;; offset=0x0375
       xor      r11d, r11d
       popcnt   r11, qword ptr [rdx+8*r8]
       sub      ecx, r11d
       inc      r8
       cmp      rsi, r8
       ja       SHORT G_M000_IG14

G_M000_IG15:                ;; offset=0x0389
       test     ecx, ecx
       jl       SHORT G_M000_IG20

G_M000_IG16:                ;; offset=0x038D
       mov      rdi, rdx
       mov      rsi, r9
       mov      rdx, rax
       mov      rcx, qword ptr [rbp-0x30]
       mov      r8, bword ptr [rbp-0x48]
       mov      r9, r10
       call     [Fast.PageTables.BreakMasks:Write[Fast.PageTables.X64L4+PteItems](byref,byref,nuint,nuint,byref,byref)]

G_M000_IG17:                ;; offset=0x03A7
       mov      eax, 1
       cmp      qword ptr [rbp-0x58], COOKIE
       je       SHORT G_M000_IG18
       call     CORINFO_HELP_FAIL_FAST

G_M000_IG18:                ;; offset=0x03BB
       nop

G_M000_IG19:                ;; offset=0x03BC
       vzeroupper
       lea      rsp, [rbp-0x28]
       pop      rbx
       pop      r12
       pop      r13
       pop      r14
       pop      r15
       pop      rbp
       ret

G_M000_IG20:                ;; offset=0x03CE
       xor      eax, eax
       cmp      qword ptr [rbp-0x58], COOKIE
       je       SHORT G_M000_IG21
       call     CORINFO_HELP_FAIL_FAST

G_M000_IG21:                ;; offset=0x03DF
       nop

G_M000_IG22:                ;; offset=0x03E0
       vzeroupper
       lea      rsp, [rbp-0x28]
       pop      rbx
       pop      r12
       pop      r13
       pop      r14
       pop      r15
       pop      rbp
       ret

G_M000_IG23:                ;; offset=0x03F2
       call     CORINFO_HELP_RNGCHKFAIL
       int3

RWD00  	dq	0000000000001000h

; Total bytes of code 1016
